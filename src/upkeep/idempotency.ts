import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE } from '../database/transaction.ts';
import { removeExpired } from '../deliveries/idempotency/request-store.ts';

/** Requests that are removed in one transaction, in some 30 ms. */
const STEP = 5000;

/** Most steps of a round: a worker that stops waits for the end of its round. */
const STEPS_A_ROUND = 20;

/** Rounds until all are looked at again, for what was passed over: an hour of them. */
const ROUNDS_A_LOOK = 120;

/**
 * Removes requests with an Idempotency-Key whose time is over; nobody finds them any more. A round
 * goes on from where the one before it ended: to look from the beginning each time, where a million
 * had been removed, took 8 to 19 ms.
 * @returns 'more' where a round was not enough.
 */
export function createRequestRemoval(pool: Pool, step = STEP): () => Promise<void | 'more'> {
  let after = '-infinity';
  let rounds = 0;

  return async () => {
    if (rounds % ROUNDS_A_LOOK === 0) after = '-infinity';
    for (let steps = 0; steps < STEPS_A_ROUND; steps += 1) {
      const { count, last } = await inTransaction(
        pool,
        (tx) => removeExpired(tx, { after, limit: step }),
        NOT_DURABLE,
      );
      after = last ?? after;
      if (count < step) {
        rounds += 1;
        return undefined;
      }
    }
    return 'more';
  };
}
