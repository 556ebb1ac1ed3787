import type { FailedReason } from '../deliveries/delivery.ts';
import type { Exchange } from '../sending/send.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import { retryDelaySeconds, type Random, type RetryPolicy } from './backoff.ts';

export type Verdict =
  | { kind: 'succeeded' }
  | { kind: 'retry'; delaySeconds: number }
  | { kind: 'failed'; reason: FailedReason };

/** Attempt number `attempt` (1, 2, …), what came of it, and the chance for the delay of a retry. */
export type Judged<Came extends Exchange = Exchange> = {
  attempt: number;
  exchange: Came;
  random: Random;
};

/**
 * What attempt number `attempt` of those that count means for its delivery. Only a status the
 * webhook calls valid is a success. When the next attempt would be too late is not decided here,
 * but by the clock of the database.
 */
export function judge(
  webhook: RetryPolicy & Pick<Webhook, 'valid_status_codes'>,
  { attempt, exchange, random }: Judged,
): Verdict {
  if (isValid(webhook, exchange)) return { kind: 'succeeded' };
  if (attempt >= webhook.max_delivery_attempts)
    return { kind: 'failed', reason: hasCrashed(exchange) ? 'poison' : 'attempts' };
  return { kind: 'retry', delaySeconds: retryDelaySeconds(webhook, attempt, random) };
}

/** Whether the process that made the attempt ended with it. */
export function hasCrashed(exchange: Exchange): boolean {
  return exchange.kind === 'failure' && exchange.reason === 'crashed';
}

/**
 * What a probe means for its delivery. One that fails costs it nothing: it is due as before, and
 * waits with the others.
 */
export function judgeProbe(
  webhook: Pick<Webhook, 'valid_status_codes'>,
  exchange: Exchange,
): Verdict {
  return isValid(webhook, exchange) ? { kind: 'succeeded' } : { kind: 'retry', delaySeconds: 0 };
}

function isValid(webhook: Pick<Webhook, 'valid_status_codes'>, exchange: Exchange): boolean {
  return exchange.kind === 'response' && webhook.valid_status_codes.includes(exchange.status);
}
