import { raiseFound, type Alarms } from '../alarms/alarms.ts';
import { failuresAlarm, takeFailures } from '../alarms/failures.ts';
import { findAttemptsOf } from '../attempts/attempt-store.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';

/** Webhooks of which is told in one transaction. */
const STEP = 100;

/**
 * Tells of the deliveries that have failed since the last round: one alarm a webhook.
 * @returns 'more' where a round was not enough.
 */
export async function tellFailures(pool: Pool, alarms: Alarms): Promise<void | 'more'> {
  const told = await inTransaction(pool, async (tx) => {
    const gathered = await takeFailures(tx, STEP);
    if (gathered.length === 0) return 0;
    const ids = gathered.flatMap(({ first }) => first.map(({ deliveryId }) => deliveryId));
    const attempts = await findAttemptsOf(tx, ids);
    await raiseFound(
      tx,
      alarms,
      gathered.map((one) => failuresAlarm(one, attempts)),
    );
    return gathered.length;
  });
  return told < STEP ? undefined : 'more';
}
