import type { Webhook } from '../webhooks/webhook.ts';

export type RetryPolicy = Pick<Webhook, 'max_delivery_attempts' | 'retry_min_backoff' | 'retry_max_backoff'>;

/** Seconds from failed attempt number `attempt` (1, 2, …) to the next: min(retry_max_backoff, retry_min_backoff · 2^(attempt − 1)). */
export function retryDelaySeconds(policy: RetryPolicy, attempt: number): number {
  return Math.min(policy.retry_max_backoff, policy.retry_min_backoff * 2 ** (attempt - 1));
}
