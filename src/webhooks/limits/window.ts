import { intervalMs } from './gcra.ts';
import type { Webhook } from '../webhook.ts';

/** What a webhook allows in all workers together. */
export type Limits = Pick<Webhook, 'max_concurrency' | 'rate_limit'>;

/** Whether a send to the webhook needs a place that all workers share. */
export function isLimited({ max_concurrency, rate_limit }: Limits): boolean {
  return max_concurrency !== null || rate_limit !== null;
}

/**
 * The jobs that a limited webhook may have at least: among them are retries that are due within
 * half a minute, and the others are not to wait for these.
 */
export const SMALLEST_WINDOW = 50;

/** Time in which a backlog is surely looked at again. */
const AHEAD_MS = 10_000;

/**
 * How many live jobs a webhook may have, where one without limits may have `liveJobs`. What a
 * limited one cannot start soon would only lie in the way of others.
 */
export function windowOf({ max_concurrency, rate_limit }: Limits, liveJobs: number): number {
  const atOnce = max_concurrency === null ? Infinity : 4 * max_concurrency;
  const inTime =
    rate_limit === null
      ? Infinity
      : Math.ceil(AHEAD_MS / intervalMs(rate_limit)) + rate_limit.burst;
  return Math.min(liveJobs, Math.max(SMALLEST_WINDOW, Math.min(atOnce, inTime)));
}
