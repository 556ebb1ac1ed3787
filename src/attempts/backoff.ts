import type { Webhook } from '../webhooks/webhook.ts';

export type RetryPolicy = Pick<
  Webhook,
  'max_delivery_attempts' | 'retry_min_backoff' | 'retry_max_backoff'
>;

/**
 * 2^31 is more than any column of PostgreSQL's type `integer` holds: whatever is above 0 has
 * reached its maximum by then.
 */
const MAX_DOUBLINGS = 31;

/**
 * Seconds from failed attempt number `attempt` (1, 2, …) to the next: min(retry_max_backoff,
 * retry_min_backoff · 2^(attempt − 1)). A webhook that was taken over may hold 0 or less, which
 * means at once.
 */
export function retryDelaySeconds(policy: RetryPolicy, attempt: number): number {
  // Without a bound the factor becomes infinite at attempt 1,025, and 0 · ∞ is no number.
  const doublings = Math.min(Math.max(attempt - 1, 0), MAX_DOUBLINGS);
  return Math.max(0, Math.min(policy.retry_max_backoff, policy.retry_min_backoff * 2 ** doublings));
}
