import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { hiddenWebhookIds, hideWebhook, removeEmptyWebhook } from '../webhooks/webhook-store.ts';
import { deleteDeliveriesOf } from './delivery-store.ts';

/** Deliveries removed in one transaction: few enough that nobody notices its locks. */
const STEP = 500;

/** Steps taken before the caller of a DELETE gets its answer; what is left goes in the background. */
const STEPS_BEFORE_ANSWER = 4;

/** Steps that one webhook gets in the background before the next one has its turn. */
const STEPS_A_ROUND = 20;

/** How long to wait for rows that somebody holds. */
const PAUSE_MS = 20;

/** Hides a webhook at once and removes it with its deliveries in small steps, here where there are few. Unknown ids are fine. */
export async function deleteWebhook(pool: Pool, id: string): Promise<void> {
  if (await inTransaction(pool, (tx) => hideWebhook(tx, id))) await purgeSteps(pool, id, STEPS_BEFORE_ANSWER);
}

/** Goes on with the removal of hidden webhooks, a bounded round at a time. @returns 'more' where a round was not enough. */
export async function purgeHidden(pool: Pool): Promise<void | 'more'> {
  let more = false;
  for (const id of await hiddenWebhookIds(pool)) more = !(await purgeSteps(pool, id, STEPS_A_ROUND)) || more;
  return more ? 'more' : undefined;
}

/** @returns true when the webhook is gone. */
async function purgeSteps(pool: Pool, id: string, steps: number): Promise<boolean> {
  for (let step = 0; step < steps; step += 1) {
    if ((await inTransaction(pool, (tx) => deleteDeliveriesOf(tx, id, STEP))) === STEP) continue;
    if (await inTransaction(pool, (tx) => removeEmptyWebhook(tx, id))) return true;
    // Somebody holds a row, as a worker does that records an attempt just now: it will not be long.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}
