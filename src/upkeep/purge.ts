import { isTimeout } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import { hiddenWebhookIds } from '../webhooks/webhook-store.ts';
import { removeStep, tellFailedStep } from '../deliveries/delete-webhook.ts';
import { StepSizes } from './step-sizes.ts';

/**
 * Steps that one webhook gets in the background before the next one has its turn, and the time
 * after which it gets no more.
 */
const STEPS_A_TURN = 20;
const TURN_MS = 5000;

/**
 * If a step was quicker than this, the next one may be larger. PostgreSQL ends a step that takes 30
 * s.
 */
const QUICK_MS = 1000;

type PurgeParts = { pool: Pool; log: Log };

/**
 * Goes on with the removal of hidden webhooks, a bounded round at each call. If the steps of one
 * webhook fail, the others still get their turn, and its next step is smaller if the database took
 * too long. @returns 'more' where a round was not enough.
 */
export function createPurge({ pool, log }: PurgeParts): () => Promise<void | 'more'> {
  const sizes = new StepSizes();

  return async () => {
    const ids = await hiddenWebhookIds(pool);
    sizes.forgetAllBut(ids);
    let more = false;
    for (const webhookId of ids) {
      try {
        more = !(await takeTurn(webhookId)) || more;
      } catch (error) {
        tellFailedStep(log, { webhookId, step: sizes.of(webhookId), error });
        if (isTimeout(error)) sizes.halve(webhookId);
      }
    }
    return more ? 'more' : undefined;
  };

  /** @returns true when the webhook is gone. */
  async function takeTurn(webhookId: string): Promise<boolean> {
    const startedAt = performance.now();
    for (let step = 0; step < STEPS_A_TURN && performance.now() - startedAt < TURN_MS; step += 1) {
      const stepStartedAt = performance.now();
      if (await removeStep(pool, { webhookId, size: sizes.of(webhookId) })) return true;
      if (performance.now() - stepStartedAt < QUICK_MS) sizes.double(webhookId);
    }
    return false;
  }
}
