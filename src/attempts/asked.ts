import type { Asked } from '../webhooks/health/heed.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import type { Exchange } from '../sending/send.ts';
import { retryAfterSeconds, type RetryAfterBounds } from './retry-after.ts';
import type { Verdict } from './verdict.ts';

type Heeding = Pick<Webhook, 'url' | 'valid_status_codes' | 'honor_retry_after' | 'on_gone'>;

/**
 * What an answer asks of its webhook, where that one heeds it; undefined: nothing. A status that
 * the webhook calls valid is a success, whatever else it says.
 */
export function askedBy(
  webhook: Heeding,
  exchange: Exchange,
  bounds: RetryAfterBounds,
): Asked | undefined {
  if (exchange.kind !== 'response' || webhook.valid_status_codes.includes(exchange.status))
    return undefined;
  if (exchange.status === 410 && webhook.on_gone === 'deactivate')
    return { kind: 'gone', url: webhook.url };
  const seconds = webhook.honor_retry_after ? retryAfterSeconds(exchange, bounds) : undefined;
  return seconds === undefined ? undefined : { kind: 'pause', seconds };
}

/**
 * The verdict on an attempt whose answer asked for something. A retry comes at the later of its own
 * time and the end of the pause. Where the endpoint is gone no attempt is the last one: the
 * delivery waits for its webhook to be active again.
 */
export function verdictAfter(
  verdict: Verdict,
  asked: Asked,
  webhook: Pick<Webhook, 'retry_min_backoff'>,
): Verdict {
  switch (asked.kind) {
    case 'pause':
      return verdict.kind === 'retry'
        ? { ...verdict, delaySeconds: Math.max(verdict.delaySeconds, asked.seconds) }
        : verdict;
    case 'gone':
      return verdict.kind === 'failed'
        ? { kind: 'retry', delaySeconds: Math.max(0, webhook.retry_min_backoff) }
        : verdict;
  }
}
