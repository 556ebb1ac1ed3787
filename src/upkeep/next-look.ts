import type { LiveJobs } from '../queue/live-jobs.ts';
import type { DueState, NextLook } from '../webhooks/wake.ts';

/** Deliveries freed in one transaction. */
export const STEP = 500;

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

/** The jobs of a webhook, and how many it may have. */
type Window = { live: LiveJobs; liveJobs: number };

/** How many deliveries of a webhook may be looked at now. */
export function roomOf(state: DueState, { live, liveJobs }: Window): number {
  return isStopped(state) ? 0 : Math.min(STEP, Math.max(0, liveJobs - live.near));
}

/**
 * The same for those that were redelivered with many others: up to half of the window. Jobs that
 * are due later count for the whole window, so that it is never full of redeliveries, and what is
 * new never a backlog for them.
 */
export function roomForRedeliveries(state: DueState, { live, liveJobs }: Window): number {
  if (isStopped(state)) return 0;
  const half = Math.max(1, Math.floor(liveJobs / 2));
  return Math.min(STEP, Math.max(0, Math.min(half - live.near, liveJobs - live.total)));
}

/** Nothing of it is released, or nothing but probes. */
function isStopped({ active, state, pausedSeconds }: DueState): boolean {
  return !active || state === 'failing' || pausedSeconds !== 0;
}

/** Those redelivered with many others: some wait, the last of them was freed, or there is none. */
export type Redeliveries = 'waiting' | 'last' | 'none';

/**
 * What a look found: the room that there was in the window, how many deliveries it looked at, and
 * how many of them it freed.
 */
type Step = { room: number; seen: number; freed: number; window: number };

/**
 * When a webhook is looked at next. `left`: some of its deliveries wait to be released, beside
 * those that were redelivered with many others, for which nothing new is held.
 */
export function nextLook(
  { active, state, over_window, pausedSeconds }: DueState,
  { left, redeliveries = 'none', ...step }: Step & { left: boolean; redeliveries?: Redeliveries },
): NextLook {
  if (!active) return { overWindow: over_window, wakeSeconds: null };
  if (pausedSeconds !== 0) return { overWindow: over_window, wakeSeconds: pausedSeconds };
  // What comes for it is its backlog, until its window is as large as it can be.
  if (state === 'recovering') return { overWindow: true, wakeSeconds: REFILL_SECONDS };
  if (left) return { overWindow: true, wakeSeconds: refillSeconds(step) };
  if (redeliveries === 'waiting') return { overWindow: false, wakeSeconds: REFILL_SECONDS };
  // One more look, as others may be just storing what they held for the flag.
  const isLast = over_window || redeliveries === 'last';
  return { overWindow: false, wakeSeconds: isLast ? LAST_LOOK_SECONDS : null };
}

function refillSeconds({ room, seen, freed, window }: Step): number {
  if (room === STEP && seen === STEP) return 0;
  // Those that wait for another reason, as behind the head of their key, took no room.
  if (seen === room && freed < seen) return 0;
  return room * 10 < window ? SLOW_REFILL_SECONDS : REFILL_SECONDS;
}
