import type { Webhook } from '../webhooks/webhook.ts';

export type RetryPolicy = Pick<
  Webhook,
  | 'max_delivery_attempts'
  | 'retry_min_backoff'
  | 'retry_max_backoff'
  | 'retry_schedule'
  | 'retry_jitter'
>;

/** Gives a number from 0 to 1, as `Math.random` does. */
export type Random = () => number;

/**
 * A column of type `integer` holds less than 2^31. So any retry_min_backoff above 0 has reached its
 * maximum after 31 doublings.
 */
const MAX_DOUBLINGS = 31;

/**
 * Seconds from failed attempt number `attempt` (1, 2, …) to the next: that of the schedule, or of
 * the two backoffs where there is none, and up to `retry_jitter` of it more. `random` is asked only
 * where there is a jitter. A webhook that was taken over may hold 0 or less, which means at once.
 */
export function retryDelaySeconds(policy: RetryPolicy, attempt: number, random: Random): number {
  const asked = scheduled(policy.retry_schedule, attempt) ?? doubled(policy, attempt);
  const seconds = Math.max(0, asked);
  const jitter = policy.retry_jitter;
  // In whole milliseconds, rounded down: never later than the jitter allows.
  return jitter > 0 ? Math.floor(seconds * (1 + random() * jitter) * 1000) / 1000 : seconds;
}

/** The last of the schedule repeats. */
function scheduled(schedule: RetryPolicy['retry_schedule'], attempt: number): number | undefined {
  return schedule?.[Math.min(Math.max(attempt, 1), schedule.length) - 1];
}

/** min(retry_max_backoff, retry_min_backoff · 2^(attempt − 1)). */
function doubled(policy: RetryPolicy, attempt: number): number {
  // Without a bound the factor would be infinite from attempt 1,025 on, and 0 · Infinity is NaN.
  const doublings = Math.min(Math.max(attempt - 1, 0), MAX_DOUBLINGS);
  return Math.min(policy.retry_max_backoff, policy.retry_min_backoff * 2 ** doublings);
}
