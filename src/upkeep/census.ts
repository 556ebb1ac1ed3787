import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import { holdAsBacklog } from '../deliveries/hold.ts';
import { NEAR_SECONDS } from '../deliveries/may-run.ts';
import { countLiveJobs, removeLastJobs } from '../queue/live-jobs.ts';
import { flagOverWindow } from '../webhooks/wake.ts';

/** Jobs taken out of the queue in one transaction. */
const STEP = 500;

/** Most steps that one webhook gets in a round, so that the others have their turn. */
const STEPS_A_ROUND = 20;

/**
 * Counts the jobs of each webhook, and flags those that have more than `liveJobs`: what comes for
 * them from then on is held as their backlog. No counter is kept where deliveries are accepted.
 * @returns the webhooks that have more than twice as many, with how many are too many.
 */
export async function takeCensus(pool: Pool, liveJobs: number): Promise<Map<string, number>> {
  const counts = [...(await countLiveJobs(pool, NEAR_SECONDS))];
  const over = counts.filter(([, { total }]) => total > liveJobs);
  if (over.length > 0)
    await inTransaction(
      pool,
      (tx) =>
        flagOverWindow(
          tx,
          over.map(([id]) => id),
        ),
      NOT_DURABLE,
    );
  return new Map(
    over
      .filter(([, { total }]) => total > 2 * liveJobs)
      .map(([id, { total }]) => [id, total - liveJobs]),
  );
}

/**
 * Takes a census, and moves the jobs of webhooks that have far too many out of the queue: they came
 * before the webhook was flagged, or from an earlier version. @returns 'more' where some are left.
 */
export async function keepQueueSmall(pool: Pool, liveJobs: number): Promise<void | 'more'> {
  const tooMany = await takeCensus(pool, liveJobs);
  let more = false;
  for (const [webhookId, count] of tooMany) {
    const steps = Math.min(STEPS_A_ROUND, Math.ceil(count / STEP));
    for (let step = 0; step < steps; step += 1)
      await inTransaction(pool, (tx) => moveToBacklog(tx, webhookId, STEP));
    more ||= steps === STEPS_A_ROUND;
  }
  return more ? 'more' : undefined;
}

async function moveToBacklog(tx: Tx, webhookId: string, limit: number): Promise<void> {
  await holdAsBacklog(tx, await removeLastJobs(tx, webhookId, limit));
}
