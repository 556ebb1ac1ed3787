import type { RateLimit } from './rate-limit.ts';

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A; ATM Forum Traffic Management 4.1, section
 * 4.4.2, "virtual scheduling"), for tokens that are used a little after they were given.
 *
 * T is the interval between two starts at the rate, b the burst. A webhook has one number, the
 * theoretical arrival time (TAT). At a moment g, n tokens are given where n ≤ b and
 * TAT + (n − 1) · T ≤ g + (b − 1) · T, and then TAT becomes max(TAT, g + v) + n · T. A token is
 * good for one start between g and g + v; v may be another one each time.
 *
 * In every window of W there are at most b + W / T starts. Of the tokens whose starts are in the
 * window, let i be the one that was given first and j the last one, so that there are at most
 * j − i + 1. Where both were given together, these are at most b. Otherwise TAT was at least
 * g(i) + v(i) + (j − i) · T when j was given, as each token adds T; so by the condition
 * (j − i) · T ≤ g(j) − g(i) − v(i) + (b − 1) · T. The start of j is not before g(j), and that of i
 * not after g(i) + v(i); so g(j) − g(i) − v(i) ≤ W, and j − i + 1 ≤ b + W / T.
 */

/** The longest life that a token is given. */
export const LONGEST_LIFE_MS = 5000;

/** Where the burst allows it, the next tokens are asked for after this time, to get several. */
const TOGETHER_MS = 100;

/** The time between two starts at the rate. */
export function intervalMs({ count, per_seconds }: RateLimit): number {
  return (per_seconds * 1000) / count;
}

/**
 * How long a token should be good for. Where nothing has started for a while, that long is lost
 * with the next tokens: so it is at most a twenty-fifth of the interval, or half of what the burst
 * makes up for.
 */
export function lifeMs(limit: RateLimit): number {
  const interval = intervalMs(limit);
  return Math.min(200, Math.max(interval / 25, ((limit.burst - 1) * interval) / 2));
}

/** `aheadMs`: how far TAT lies ahead of now. `lifeMs` is v. */
type Question = { aheadMs: number; wanted: number; lifeMs: number };

/**
 * `aheadMs` is the new one. `left`: how many more could be given now; where that is none, `waitMs`
 * is the time until the next one can be.
 */
export type Tokens = { tokens: number; aheadMs: number; left: number; waitMs: number };

/** Gives up to `wanted` tokens now. */
export function takeTokens(limit: RateLimit, { aheadMs, wanted, lifeMs }: Question): Tokens {
  const interval = intervalMs(limit);
  const most = (limit.burst - 1) * interval;
  // Further ahead than any answer can be: the clock was set back, or the limit was another one.
  const ahead = Math.min(aheadMs, limit.burst * interval + LONGEST_LIFE_MS);
  const free = (of: number) =>
    of > most ? 0 : Math.min(limit.burst, Math.floor((most - of) / interval) + 1);
  const tokens = Math.min(wanted, free(ahead));
  const after = tokens === 0 ? ahead : Math.max(ahead, lifeMs) + tokens * interval;
  return { tokens, aheadMs: after, left: free(after), waitMs: Math.max(0, after - most) };
}

/** When to ask for tokens again where the first one comes after `waitMs`, and for how many. */
export function nextQuestion(
  limit: RateLimit,
  waitMs: number,
): { afterMs: number; expected: number } {
  const interval = intervalMs(limit);
  const afterMs = Math.max(waitMs, Math.min(TOGETHER_MS, ((limit.burst - 1) * interval) / 4));
  return { afterMs, expected: 1 + Math.floor((afterMs - waitMs) / interval) };
}
