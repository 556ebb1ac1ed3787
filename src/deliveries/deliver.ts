import type { Webhook } from '../webhooks/webhook.ts';
import type { SendableDelivery } from './delivery-store.ts';
import type { Claim } from './queue.ts';
import { buildRequest, type WebhookRequest } from './request.ts';
import type { Exchange, Sender } from './send.ts';
import { judge, type Verdict } from './verdict.ts';

/** A delivery that this worker may send now. */
export type Assignment = { claim: Claim; delivery: SendableDelivery; webhook: Webhook };

/** One attempt made and judged, not yet recorded. `unrecordable`: why it has to be recorded without what was sent and received. */
export type Attempted = Assignment & {
  attempt: number;
  request: WebhookRequest;
  exchange: RecordedExchange;
  verdict: Verdict;
  unrecordable?: string;
};

export type RecordedExchange = Exclude<Exchange, { kind: 'aborted' }>;

/** Makes the next attempt: request, send, verdict. Undefined: it was aborted and nothing is to be recorded. */
export async function deliver(sender: Sender, assignment: Assignment, signal: AbortSignal): Promise<Attempted | undefined> {
  const { delivery, webhook } = assignment;
  const attempt = delivery.delivery_attempts + 1;
  const request = buildRequest(webhook, delivery.payload);
  const exchange = await sender.send(request, { timeoutMs: webhook.delivery_attempt_timeout * 1000, signal });
  if (exchange.kind === 'aborted') return undefined;
  return { ...assignment, attempt, request, exchange, verdict: judge(webhook, attempt, exchange) };
}
