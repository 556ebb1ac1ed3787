import { atMost } from '../process/at-most.ts';
import { isTimeout } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import { hiddenWebhookIds, hideWebhook, removeEmptyWebhook } from '../webhooks/webhook-store.ts';
import { deleteDeliveriesOf } from '../deliveries/delivery-store.ts';
import { MAX_STEP, StepSizes } from './step-sizes.ts';

/**
 * Steps taken before the caller of a DELETE gets its answer; what is left goes in the background.
 */
const STEPS_BEFORE_ANSWER = 4;

/** How long the caller of a DELETE waits for them at most. */
const ANSWER_MS = 2000;

/**
 * A step that takes longer than the caller waits is left to the workers: the server has few
 * connections.
 */
const BEGIN_BEFORE_ANSWER = `begin; set local statement_timeout = ${ANSWER_MS}`;

/**
 * Steps that one webhook gets in the background before the next one has its turn, and the time
 * after which it gets no more.
 */
const STEPS_A_TURN = 20;
const TURN_MS = 5000;

/**
 * After a step that was quicker than this the next one may be larger. PostgreSQL ends one that
 * takes 30 s.
 */
const QUICK_MS = 1000;

/** How long to wait for rows that somebody holds. */
const PAUSE_MS = 20;

export type PurgeParts = { pool: Pool; log: Log };

/**
 * Hides a webhook at once and removes it with its deliveries in small steps, here where there are
 * few. Unknown ids are fine. Once the webhook is hidden nothing fails any more: the workers remove
 * what is left.
 */
export async function deleteWebhook({ pool, log }: PurgeParts, id: string): Promise<void> {
  if (!(await inTransaction(pool, (tx) => hideWebhook(tx, id)))) return;
  const removal = removeSteps().catch((error: unknown) =>
    logFailure(log, { webhookId: id, step: MAX_STEP, error }),
  );
  await atMost(ANSWER_MS, removal);

  async function removeSteps(): Promise<void> {
    for (let step = 0; step < STEPS_BEFORE_ANSWER; step += 1) {
      if (await removeStep(pool, { webhookId: id, size: MAX_STEP, begin: BEGIN_BEFORE_ANSWER }))
        return;
    }
  }
}

/**
 * Goes on with the removal of hidden webhooks, a bounded round at each call. One whose steps fail
 * does not keep the others from their turn, and its next step is smaller where the database took
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
        logFailure(log, { webhookId, step: sizes.of(webhookId), error });
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

type Step = { webhookId: string; size: number; begin?: string };

/** @returns true when the webhook is gone. */
async function removeStep(pool: Pool, { webhookId, size, begin }: Step): Promise<boolean> {
  if ((await inTransaction(pool, (tx) => deleteDeliveriesOf(tx, webhookId, size), begin)) === size)
    return false;
  if (await inTransaction(pool, (tx) => removeEmptyWebhook(tx, webhookId), begin)) return true;
  // Somebody holds a row, as a worker does that records an attempt just now: it will not be long.
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return false;
}

function logFailure(log: Log, failure: { webhookId: string; step: number; error: unknown }): void {
  log.warn('purge.step_failed', failure);
}
