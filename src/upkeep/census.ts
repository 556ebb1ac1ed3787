import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import { holdAsBacklog } from '../deliveries/hold.ts';
import { NEAR_SECONDS } from '../deliveries/may-run.ts';
import { countLiveJobs, findLastJobs, removeJobs } from '../queue/live-jobs.ts';
import { flagOverWindow } from '../webhooks/wake.ts';
import { findLimits } from '../webhooks/webhook-store.ts';
import { SMALLEST_WINDOW, windowOf } from '../webhooks/limits/window.ts';

/** Jobs taken out of the queue in one transaction. */
const STEP = 500;

/**
 * Most jobs of one webhook that are moved in a round, so that the others have their turn. They are
 * found by reading the queue once.
 */
const MOST_A_ROUND = 10_000;

/**
 * Counts the jobs of each webhook, and flags those that have more than their window (`liveJobs`,
 * or less where they have limits): what comes for them from then on is held as their backlog. No
 * counter is kept where deliveries are accepted.
 * @returns the webhooks that have more than twice as many, with how many are too many.
 */
export async function takeCensus(pool: Pool, liveJobs: number): Promise<Map<string, number>> {
  const over = await findOver(pool, liveJobs);
  if (over.length > 0)
    await inTransaction(
      pool,
      (tx) =>
        flagOverWindow(
          tx,
          over.map(({ id }) => id),
        ),
      NOT_DURABLE,
    );
  return new Map(
    over
      .filter(({ total, window }) => total > 2 * window)
      .map(({ id, total, window }) => [id, total - window]),
  );
}

type Over = { id: string; total: number; window: number };

/** The limits are asked for only where they could matter. */
async function findOver(pool: Pool, liveJobs: number): Promise<Over[]> {
  const least = Math.min(liveJobs, SMALLEST_WINDOW);
  const counts = await countLiveJobs(pool, NEAR_SECONDS, least);
  const many = [...counts].filter(([, { total }]) => total > least);
  if (many.length === 0) return [];
  const limits = await findLimits(
    pool,
    many.map(([id]) => id),
  );
  return many
    .map(([id, { total }]) => {
      const limit = limits.get(id);
      return { id, total, window: limit ? windowOf(limit, liveJobs) : liveJobs };
    })
    .filter(({ total, window }) => total > window);
}

/**
 * Takes a census, and moves the jobs of webhooks that have far too many out of the queue: they came
 * before the webhook was flagged, or from an earlier version. @returns 'more' where some are left.
 */
export async function keepQueueSmall(pool: Pool, liveJobs: number): Promise<void | 'more'> {
  const tooMany = await takeCensus(pool, liveJobs);
  let more = false;
  for (const [webhookId, count] of tooMany) {
    const jobs = await findLastJobs(pool, webhookId, Math.min(count, MOST_A_ROUND));
    for (let from = 0; from < jobs.length; from += STEP)
      await inTransaction(pool, (tx) => moveToBacklog(tx, jobs.slice(from, from + STEP)));
    more ||= jobs.length === MOST_A_ROUND;
  }
  return more ? 'more' : undefined;
}

async function moveToBacklog(tx: Tx, jobIds: string[]): Promise<void> {
  await holdAsBacklog(tx, await removeJobs(tx, jobIds));
}
