import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { FIRST_KEY, findHeadless, freeEndedHeads } from '../deliveries/order/headless.ts';
import { lockKeys, type OrderingKey } from '../deliveries/order/ordering-key.ts';
import { goOn } from '../deliveries/order/promote.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Log } from '../telemetry/log.ts';

/** Keys that are looked at, and heads that are freed, in one step. */
const STEP = 1000;

type OrderParts = { pool: Pool; queue: DeliveryQueue; log: Log };

/**
 * Finds ordering keys that stand still, whatever happened: their head has ended and blocks nothing,
 * or they have none. They go on with their next delivery. A step of bounded size at each call, on
 * from where the one before it ended. @returns 'more' where that was not the end.
 */
export function createOrderRepair(parts: OrderParts): () => Promise<void | 'more'> {
  let after = FIRST_KEY;

  return async () => {
    if (after === FIRST_KEY && (await freeEnded(parts)) === STEP) return 'more';
    const { keys, next = FIRST_KEY } = await findHeadless(parts.pool, after, STEP);
    if (keys.length > 0) await repair(parts, keys);
    after = next;
    return after === FIRST_KEY ? undefined : 'more';
  };
}

/** @returns how many it freed. */
async function freeEnded({ pool, queue, log }: OrderParts): Promise<number> {
  const keys = await inTransaction(pool, async (tx) => {
    const ended = await freeEndedHeads(tx, STEP);
    await goOn(tx, queue, ended);
    return ended;
  });
  if (keys.length > 0) log.info('order.heads_freed', { keys: keys.length });
  return keys.length;
}

/** Nobody may add to the keys meanwhile, as what comes would become their head. */
async function repair({ pool, queue, log }: OrderParts, keys: OrderingKey[]): Promise<void> {
  await inTransaction(pool, async (tx) => {
    await lockKeys(tx, keys, 'alone');
    await goOn(tx, queue, keys);
  });
  log.warn('order.keys_repaired', { keys: keys.length });
}
