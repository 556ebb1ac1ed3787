import { timeOfSeconds } from '../alarms/alarm.ts';
import { NO_ALARMS, type Alarms } from '../alarms/alarms.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { forgottenWebhookIds, hasReleasable } from '../deliveries/releasable.ts';
import {
  REDELIVERY_REASONS,
  RELEASABLE_REASONS,
  releaseDeliveries,
  releaseNear,
} from '../deliveries/release.ts';
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
import { nextLook, roomForRedeliveries, roomOf, STEP, type Redeliveries } from './next-look.ts';
import { probe } from './probes.ts';

/** Webhooks that are looked at in one round. */
const WEBHOOKS_A_ROUND = 50;

/** Deliveries whose time is near that are freed in one round. */
const NEAR_STEPS_A_ROUND = 10;

/** Workers that do not know of a job that is due sooner would be late. */
const SOON_SECONDS = 15;

const NO_JOBS: LiveJobs = { total: 0, near: 0 };

type ReleaseParts = {
  pool: Pool;
  queue: DeliveryQueue;
  liveJobs: number;
  alarms?: Alarms;
  log: Log;
};

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
  if (looked?.recovered) reportChange(log, { webhookId, kind: 'recovered', ...looked.recovered });
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

/** `recovered`: it is failing no more, as it had been since then. */
type Looked = { next: NextLook; recovered?: { since: number | null }; pauseEnded: boolean };

function lookAt(
  { pool, queue, liveJobs, alarms = NO_ALARMS }: ReleaseParts,
  webhookId: string,
  live: LiveJobs,
): Promise<Looked | undefined> {
  return inTransaction(pool, async (tx) => {
    const found = await takeDueState(tx, webhookId);
    if (found === undefined) return undefined;
    const recovered = isRecovered(found, windowOf(found, liveJobs));
    const isOver = recovered || (found.state === 'failing' && !found.holds);
    if (isOver) await endHold(tx, webhookId, { recovered });
    const since = found.failingSince;
    if (recovered) await raiseRecovered(tx, alarms, { webhookId, since });
    const state = isOver ? { ...found, state: 'healthy' as const } : found;
    const next = isProbed(state)
      ? { overWindow: state.over_window, wakeSeconds: await probe(tx, queue, webhookId) }
      : await fillWindow({ tx, queue, liveJobs }, { webhookId, state, live });
    await setNextLook(tx, webhookId, next);
    return { next, ...(recovered ? { recovered: { since } } : {}), pauseEnded: found.pauseEnded };
  });
}

async function raiseRecovered(
  tx: Tx,
  alarms: Alarms,
  { webhookId, since }: { webhookId: string; since: number | null },
): Promise<void> {
  const data = { failing_since: timeOfSeconds(since) };
  await alarms.raise(tx, [{ type: 'webhook.recovered', webhookId, data }]);
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
  const usual = { webhookId, reasons: RELEASABLE_REASONS, limit: room };
  const { seen, freed } = await release(tx, queue, usual);
  // Where all the room was taken, there is most probably more.
  const left =
    (room > 0 && seen === room) || (await hasReleasable(tx, webhookId, RELEASABLE_REASONS));
  if (left) return nextLook(state, { room, seen, freed, left, window });
  const others = { ...now, near: now.near + freed, total: now.total + freed };
  const limit = roomForRedeliveries(state, { live: others, liveJobs: window });
  const redelivered = { webhookId, reasons: REDELIVERY_REASONS, limit };
  const redeliveries = await releaseRedeliveries(tx, queue, redelivered);
  return nextLook(state, { room, seen, freed, left, window, redeliveries });
}

async function releaseRedeliveries(
  tx: Tx,
  queue: DeliveryQueue,
  step: ReleaseStep,
): Promise<Redeliveries> {
  const { seen } = await release(tx, queue, step);
  if (await hasReleasable(tx, step.webhookId, step.reasons)) return 'waiting';
  return seen > 0 ? 'last' : 'none';
}

type ReleaseStep = Parameters<typeof releaseDeliveries>[2] & { webhookId: string };

async function release(
  tx: Tx,
  queue: DeliveryQueue,
  { webhookId, ...step }: ReleaseStep,
): Promise<{ seen: number; freed: number }> {
  if (step.limit === 0) return { seen: 0, freed: 0 };
  const { seen, jobs } = await releaseDeliveries(tx, webhookId, step);
  await queue.enqueue(tx, jobs);
  if (jobs.length > 0) queue.wake(tx);
  return { seen, freed: jobs.length };
}

/** It sends nothing but probes. */
function isProbed({ active, state, pausedSeconds }: DueState): boolean {
  return active && state === 'failing' && pausedSeconds === 0;
}
