import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { releasableWebhookIds, releaseDeliveries } from '../deliveries/hold.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';

/** Deliveries freed in one transaction. */
const STEP = 500;

/** Most steps a webhook gets in one round, so that a long backlog does not make the others wait. */
const STEPS_A_ROUND = 4;

/**
 * Gives held deliveries whose webhook may run now a job again. It looks at the present state, not
 * at changes, so a change that nobody noticed delays a release by one round at most.
 */
export async function releaseHeld(pool: Pool, queue: DeliveryQueue): Promise<void> {
  for (const webhookId of await releasableWebhookIds(pool)) {
    for (let step = 0; step < STEPS_A_ROUND; step += 1) {
      if ((await releaseStep(pool, queue, webhookId)) < STEP) break;
    }
  }
}

function releaseStep(pool: Pool, queue: DeliveryQueue, webhookId: string): Promise<number> {
  return inTransaction(pool, async (tx) => {
    const released = await releaseDeliveries(tx, webhookId, STEP);
    await queue.enqueue(tx, released);
    if (released.length > 0) await queue.wake(tx);
    return released.length;
  });
}
