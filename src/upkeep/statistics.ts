import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE } from '../database/transaction.ts';
import { ALL_WEBHOOKS } from '../statistics/figures.ts';
import {
  isAnyOver,
  removeOver,
  removeWriters,
  TABLES,
  type StepSize,
} from '../statistics/remove.ts';

/** Some 20 ms. */
const STEP: StepSize = { webhooks: 500, rows: 5000 };

/** Most steps of a round: a worker that stops waits for the end of its round. */
const STEPS_A_ROUND = 20;

/**
 * Removes statistics that are kept no longer: what became too old since the round before, webhook
 * by webhook. A round goes on from where the one before it ended.
 * @returns 'more' where a round was not enough.
 */
export function createStatisticsRemoval(pool: Pool, size = STEP): () => Promise<void | 'more'> {
  const after = new Map(TABLES.map((table) => [table, ALL_WEBHOOKS]));

  return async () => {
    let steps = 0;
    for (const table of TABLES) {
      while (await isAnyOver(pool, table)) {
        if (steps === STEPS_A_ROUND) return 'more';
        steps += 1;
        const from = { after: after.get(table) ?? ALL_WEBHOOKS, size };
        const last = await inTransaction(pool, (tx) => removeOver(tx, table, from), NOT_DURABLE);
        after.set(table, last ?? ALL_WEBHOOKS);
      }
    }
    await inTransaction(pool, removeWriters, NOT_DURABLE);
    return undefined;
  };
}
