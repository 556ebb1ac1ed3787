import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { forgottenWebhookIds, hasReleasable } from '../deliveries/releasable.ts';
import { releaseDeliveries, releaseNear } from '../deliveries/release.ts';
import { NEAR_SECONDS } from '../deliveries/may-run.ts';
import type { Left } from '../process/upkeep-loop.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import { countLiveJobs, countLiveJobsOf, type LiveJobs } from '../queue/live-jobs.ts';
import type { Log } from '../telemetry/log.ts';
import { endHold, stalledWebhookIds } from '../webhooks/health/outage.ts';
import { isRecovered, recoveryWindow } from '../webhooks/health/recovery.ts';
import { reportChange } from '../webhooks/health/report-change.ts';
import {
  dueWebhookIds,
  setNextLook,
  takeDueState,
  wakeWebhooks,
  type DueState,
  type NextLook,
} from '../webhooks/wake.ts';
import { windowOf, type Limits } from '../webhooks/limits/window.ts';
import { probe } from './probes.ts';

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

/** Workers that do not know of a job that is due sooner would be late. */
const SOON_SECONDS = 15;

const NO_JOBS: LiveJobs = { total: 0, near: 0 };

type ReleaseParts = { pool: Pool; queue: DeliveryQueue; liveJobs: number; log: Log };

/**
 * Gives held deliveries that may run now a job: those whose time is near, and those of webhooks
 * that are to be looked at, as many as the window of each has room for.
 * @returns 'more' where a round was not enough, and 'soon' where something may be left. Where a
 * webhook failed the next round comes at its usual time.
 */
export async function releaseDue(parts: ReleaseParts): Promise<Left> {
  const isNearDone = await releaseAllNear(parts);
  const ids = await dueWebhookIds(parts.pool, WEBHOOKS_A_ROUND);
  if (ids.length === 0) return isNearDone ? undefined : 'more';
  const counts = await countLiveJobs(parts.pool, NEAR_SECONDS);
  let more = !isNearDone || ids.length === WEBHOOKS_A_ROUND;
  let failed = 0;
  for (const id of ids) {
    try {
      const looked = await lookAt(parts, id, counts.get(id) ?? NO_JOBS);
      report(parts.log, id, looked);
      more ||= looked?.next.wakeSeconds === 0;
    } catch (error) {
      // What is wrong with one webhook keeps no other from its turn.
      parts.log.warn('release.webhook_failed', { webhook_id: id, error });
      failed += 1;
    }
  }
  if (failed > 0) return undefined;
  return more ? 'more' : 'soon';
}

function report(log: Log, webhookId: string, looked: Looked | undefined): void {
  if (looked?.pauseEnded) log.info('webhook.resumed', { webhook_id: webhookId, by: 'time' });
  if (looked?.recovered) reportChange(log, { webhookId, kind: 'recovered' });
}

/**
 * Finds webhooks whose held deliveries nobody is going to look at, though they may run or are to be
 * probed: something changed without a word, or a promise of a later look was lost.
 */
export async function repairWakes(pool: Pool): Promise<void> {
  const ids = [...(await forgottenWebhookIds(pool)), ...(await stalledWebhookIds(pool))];
  if (ids.length > 0) await inTransaction(pool, (tx) => wakeWebhooks(tx, ids));
}

/** @returns false: there is more. */
async function releaseAllNear({ pool, queue }: ReleaseParts): Promise<boolean> {
  for (let step = 0; step < NEAR_STEPS_A_ROUND; step += 1) {
    const seen = await inTransaction(pool, async (tx) => {
      const near = await releaseNear(tx, STEP);
      await queue.enqueue(tx, near.jobs);
      if (near.jobs.some(({ delaySeconds }) => delaySeconds < SOON_SECONDS)) queue.wake(tx);
      return near.seen;
    });
    if (seen < STEP) return true;
  }
  return false;
}

type Looked = { next: NextLook; recovered: boolean; pauseEnded: boolean };

function lookAt(
  { pool, queue, liveJobs }: ReleaseParts,
  webhookId: string,
  live: LiveJobs,
): Promise<Looked | undefined> {
  return inTransaction(pool, async (tx) => {
    const found = await takeDueState(tx, webhookId);
    if (found === undefined) return undefined;
    const recovered = isRecovered(found, windowOf(found, liveJobs));
    const isOver = recovered || (found.state === 'failing' && !found.holds);
    if (isOver) await endHold(tx, webhookId, { recovered });
    const state = isOver ? { ...found, state: 'healthy' as const } : found;
    const next = isProbed(state)
      ? { overWindow: state.over_window, wakeSeconds: await probe(tx, queue, webhookId) }
      : await fillWindow({ tx, queue, liveJobs }, { webhookId, state, live });
    await setNextLook(tx, webhookId, next);
    return { next, recovered, pauseEnded: found.pauseEnded };
  });
}

async function fillWindow(
  { tx, queue, liveJobs }: { tx: Tx; queue: DeliveryQueue; liveJobs: number },
  { webhookId, state, live }: { webhookId: string; state: DueState & Limits; live: LiveJobs },
): Promise<NextLook> {
  // A small window is exact: another worker may have filled it since the jobs were counted.
  const now =
    state.state === 'recovering' ? await countLiveJobsOf(tx, webhookId, NEAR_SECONDS) : live;
  const window = recoveryWindow(state, windowOf(state, liveJobs));
  const room = roomOf(state, { live: now, liveJobs: window });
  const { seen, freed } =
    room > 0 ? await release(tx, queue, { webhookId, limit: room }) : { seen: 0, freed: 0 };
  // Where all the room was taken, there is most probably more.
  const left = (room > 0 && seen === room) || (await hasReleasable(tx, webhookId));
  return nextLook(state, { room, seen, freed, left, window });
}

async function release(
  tx: Tx,
  queue: DeliveryQueue,
  { webhookId, limit }: { webhookId: string; limit: number },
): Promise<{ seen: number; freed: number }> {
  const { seen, jobs } = await releaseDeliveries(tx, webhookId, limit);
  await queue.enqueue(tx, jobs);
  if (jobs.length > 0) queue.wake(tx);
  return { seen, freed: jobs.length };
}

/** It sends nothing but probes. */
function isProbed({ active, state, pausedSeconds }: DueState): boolean {
  return active && state === 'failing' && pausedSeconds === 0;
}

/** How many deliveries of a webhook may be looked at now. */
export function roomOf(
  { active, state, pausedSeconds }: DueState,
  { live, liveJobs }: { live: LiveJobs; liveJobs: number },
): number {
  if (!active || state === 'failing' || pausedSeconds !== 0) return 0;
  return Math.min(STEP, Math.max(0, liveJobs - live.near));
}

/**
 * What a look found: the room that there was in the window, how many deliveries it looked at, and
 * how many of them it freed.
 */
type Step = { room: number; seen: number; freed: number; window: number };

/** When a webhook is looked at next. `left`: some of its deliveries wait to be released. */
export function nextLook(
  { active, state, over_window, pausedSeconds }: DueState,
  { left, ...step }: Step & { left: boolean },
): NextLook {
  if (!active) return { overWindow: over_window, wakeSeconds: null };
  if (pausedSeconds !== 0) return { overWindow: over_window, wakeSeconds: pausedSeconds };
  // What comes for it is its backlog, until its window is as large as it can be.
  if (state === 'recovering') return { overWindow: true, wakeSeconds: REFILL_SECONDS };
  if (left) return { overWindow: true, wakeSeconds: refillSeconds(step) };
  // One more look, as others may be just storing what they held for the flag.
  return { overWindow: false, wakeSeconds: over_window ? LAST_LOOK_SECONDS : null };
}

function refillSeconds({ room, seen, freed, window }: Step): number {
  if (room === STEP && seen === STEP) return 0;
  // Those that wait for another reason, as behind the head of their key, took no room.
  if (seen === room && freed < seen) return 0;
  return room * 10 < window ? SLOW_REFILL_SECONDS : REFILL_SECONDS;
}
