import type { Webhook } from '../webhooks/webhook.ts';
import { retryDelaySeconds, type RetryPolicy } from './backoff.ts';
import type { Exchange } from '../sending/send.ts';

export type Verdict =
  | { kind: 'succeeded' }
  | { kind: 'retry'; delaySeconds: number }
  | { kind: 'failed' };

/**
 * What attempt number `attempt` (1, 2, …) means for its delivery. Only a status the webhook calls
 * valid is a success.
 */
export function judge(
  webhook: RetryPolicy & Pick<Webhook, 'valid_status_codes'>,
  attempt: number,
  exchange: Exchange,
): Verdict {
  if (exchange.kind === 'response' && webhook.valid_status_codes.includes(exchange.status))
    return { kind: 'succeeded' };
  if (attempt >= webhook.max_delivery_attempts) return { kind: 'failed' };
  return { kind: 'retry', delaySeconds: retryDelaySeconds(webhook, attempt) };
}
