import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { forgottenWebhookIds, hasReleasable } from '../deliveries/held.ts';
import { releaseDeliveries, releaseNear } from '../deliveries/hold.ts';
import { NEAR_SECONDS } from '../deliveries/may-run.ts';
import type { Left } from '../process/upkeep-loop.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import { countLiveJobs, type LiveJobs } from '../queue/live-jobs.ts';
import {
  dueWebhookIds,
  setNextLook,
  takeDueState,
  wakeWebhooks,
  type DueState,
  type NextLook,
} from '../webhooks/wake.ts';
import { windowOf } from '../webhooks/window.ts';

/** Deliveries freed in one transaction. */
const STEP = 500;

/** Webhooks that are looked at in one round. */
const WEBHOOKS_A_ROUND = 50;

/** Deliveries whose time is near that are freed in one round. */
const NEAR_STEPS_A_ROUND = 10;

/** The window of a webhook with a backlog is filled up so often. */
const REFILL_SECONDS = 0.2;

/**
 * The same where less than a tenth of it had become free: what is left lasts for longer than this.
 */
const SLOW_REFILL_SECONDS = 1;

/**
 * A delivery that was accepted while its webhook was flagged may be committed a moment later: there
 * is one more look for it.
 */
const LAST_LOOK_SECONDS = 2;

type ReleaseParts = { pool: Pool; queue: DeliveryQueue; liveJobs: number };

/**
 * Gives held deliveries that may run now a job: those whose time is near, and those of webhooks
 * that are to be looked at, as many as the window of each has room for.
 * @returns 'more' where a round was not enough, and 'soon' where something may be left.
 */
export async function releaseDue(parts: ReleaseParts): Promise<Left> {
  const isNearDone = await releaseAllNear(parts);
  const ids = await dueWebhookIds(parts.pool, WEBHOOKS_A_ROUND);
  if (ids.length === 0) return isNearDone ? undefined : 'more';
  const counts = await countLiveJobs(parts.pool, NEAR_SECONDS);
  let more = !isNearDone || ids.length === WEBHOOKS_A_ROUND;
  for (const id of ids) {
    const next = await releaseOf(parts, id, counts.get(id) ?? { total: 0, near: 0 });
    more ||= next?.wakeSeconds === 0;
  }
  return more ? 'more' : 'soon';
}

/**
 * Finds webhooks whose held deliveries nobody is going to look at, though they may run: something
 * changed without a word, or a promise of a later look was lost.
 */
export async function repairWakes(pool: Pool): Promise<void> {
  const ids = await forgottenWebhookIds(pool);
  if (ids.length > 0) await inTransaction(pool, (tx) => wakeWebhooks(tx, ids));
}

/** @returns false: there is more. */
async function releaseAllNear({ pool, queue }: ReleaseParts): Promise<boolean> {
  for (let step = 0; step < NEAR_STEPS_A_ROUND; step += 1) {
    const seen = await inTransaction(pool, async (tx) => {
      const near = await releaseNear(tx, STEP);
      await queue.enqueue(tx, near.jobs);
      return near.seen;
    });
    if (seen < STEP) return true;
  }
  return false;
}

function releaseOf(
  { pool, queue, liveJobs }: ReleaseParts,
  webhookId: string,
  live: LiveJobs,
): Promise<NextLook | undefined> {
  return inTransaction(pool, async (tx) => {
    const state = await takeDueState(tx, webhookId);
    if (state === undefined) return undefined;
    const window = windowOf(state, liveJobs);
    const room = roomOf(state, { live, liveJobs: window });
    const seen = room > 0 ? await release(tx, queue, { webhookId, limit: room }) : 0;
    const left = await hasReleasable(tx, webhookId);
    const next = nextLook(state, { room, seen, left, window });
    await setNextLook(tx, webhookId, next);
    return next;
  });
}

async function release(
  tx: Tx,
  queue: DeliveryQueue,
  { webhookId, limit }: { webhookId: string; limit: number },
): Promise<number> {
  const { seen, jobs } = await releaseDeliveries(tx, webhookId, limit);
  await queue.enqueue(tx, jobs);
  if (jobs.length > 0) await queue.wake(tx);
  return seen;
}

/** How many deliveries of a webhook may be looked at now. */
export function roomOf(
  { active, state, pausedSeconds }: DueState,
  { live, liveJobs }: { live: LiveJobs; liveJobs: number },
): number {
  if (!active || state === 'failing' || pausedSeconds !== 0) return 0;
  return Math.min(STEP, Math.max(0, liveJobs - live.near));
}

/** What a look found: the room that there was in the window, and how many deliveries it freed. */
type Step = { room: number; seen: number; window: number };

/** When a webhook is looked at next. `left`: some of its deliveries wait to be released. */
export function nextLook(
  { active, state, over_window, pausedSeconds }: DueState,
  { left, ...step }: Step & { left: boolean },
): NextLook {
  if (!active || state === 'failing') return { overWindow: over_window, wakeSeconds: null };
  if (pausedSeconds !== 0) return { overWindow: over_window, wakeSeconds: pausedSeconds };
  if (left) return { overWindow: true, wakeSeconds: refillSeconds(step) };
  // One more look, as others may be just storing what they held for the flag.
  return { overWindow: false, wakeSeconds: over_window ? LAST_LOOK_SECONDS : null };
}

function refillSeconds({ room, seen, window }: Step): number {
  if (room === STEP && seen === STEP) return 0;
  return room * 10 < window ? SLOW_REFILL_SECONDS : REFILL_SECONDS;
}
