import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { findOverdue, type OverdueKey } from './delivery-store.ts';
import type { DeliveryQueue } from './queue.ts';

/** A pending delivery this much past its time is either waiting in a backlog or has lost its job. */
const OVERDUE_SECONDS = 30;
const STEP = 1000;
const START: OverdueKey = { scheduledAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/**
 * Tries to give every overdue delivery a job. One that has a job keeps it, by the queue's unique key, so there is no need to
 * know which have lost theirs.
 */
export async function sweepOverdue(pool: Pool, queue: DeliveryQueue): Promise<void> {
  let after = START;
  for (;;) {
    const overdue = await findOverdue(pool, OVERDUE_SECONDS, after, STEP);
    await inTransaction(pool, (tx) =>
      queue.enqueue(
        tx,
        overdue.map(({ id, webhookId }) => ({ deliveryId: id, webhookId, delaySeconds: 0 })),
      ),
    );
    const last = overdue.at(-1);
    if (last === undefined || overdue.length < STEP) return;
    after = last;
  }
}
