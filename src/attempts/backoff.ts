import type { Webhook } from '../webhooks/webhook.ts';

export type RetryPolicy = Pick<
  Webhook,
  'max_delivery_attempts' | 'retry_min_backoff' | 'retry_max_backoff'
>;

/**
 * A column of type `integer` holds less than 2^31. So any retry_min_backoff above 0 has reached its
 * maximum after 31 doublings.
 */
const MAX_DOUBLINGS = 31;

/**
 * Seconds from failed attempt number `attempt` (1, 2, …) to the next: min(retry_max_backoff,
 * retry_min_backoff · 2^(attempt − 1)). A webhook that was taken over may hold 0 or less, which
 * means at once.
 */
export function retryDelaySeconds(policy: RetryPolicy, attempt: number): number {
  // Without a bound the factor would be infinite from attempt 1,025 on, and 0 · Infinity is NaN.
  const doublings = Math.min(Math.max(attempt - 1, 0), MAX_DOUBLINGS);
  return Math.max(0, Math.min(policy.retry_max_backoff, policy.retry_min_backoff * 2 ** doublings));
}
