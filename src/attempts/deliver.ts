import { isProbe, type GateState } from '../webhooks/webhook-state.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import type { SendableDelivery } from '../deliveries/sendable.ts';
import type { Claim } from '../queue/claim.ts';
import { buildRequest, type WebhookRequest } from '../sending/request.ts';
import type { Exchange, Sender, SendLimits } from '../sending/send.ts';
import type { Random } from './backoff.ts';
import { judge, judgeProbe, type Judged, type Verdict } from './verdict.ts';

/** A delivery that this worker may send now. A long payload is still to be read. */
type Due = { claim: Claim; delivery: SendableDelivery; webhook: Webhook; state: GateState };

/** A due delivery with its payload. */
export type Assignment = Due & { delivery: { payload: string } };

/** One attempt made and judged, not yet recorded. */
export type Attempted = Assignment & {
  kind: 'attempted';
  attempt: number;
  /** It asked whether the endpoint answers again: it is none of the attempts that are allowed. */
  probe: boolean;
  request: WebhookRequest;
  exchange: RecordedExchange;
  verdict: Verdict;
  /** Why it has to be recorded without what was sent and received. */
  unrecordable?: string;
  /**
   * Only what becomes of the delivery is recorded: the database refuses any row for this attempt.
   */
  unlisted?: true;
};

/** Nothing was learned about the endpoint: no attempt, and nothing to be recorded. */
export type Unsent = Extract<Exchange, { kind: 'aborted' | 'local' }>;

export type RecordedExchange = Exclude<Exchange, Unsent>;

/** Makes the next attempt: request, send, verdict. `random` is the chance in its retry's delay. */
export async function deliver(
  { sender, random = Math.random }: { sender: Sender; random?: Random },
  assignment: Assignment,
  leave: Omit<SendLimits, 'timeoutMs'>,
): Promise<Attempted | Unsent> {
  const { delivery, webhook } = assignment;
  const request = buildRequest(webhook, delivery.payload, delivery.sequence);
  const exchange = await sender.send(request, {
    timeoutMs: webhook.delivery_attempt_timeout * 1000,
    ...leave,
  });
  if (exchange.kind === 'aborted' || exchange.kind === 'local') return exchange;
  return attemptedWith(assignment, request, { exchange, random });
}

/** The next attempt of a delivery, judged: this request, and what came of it. */
export function attemptedWith(
  assignment: Assignment,
  request: WebhookRequest,
  { exchange, random }: Omit<Judged<RecordedExchange>, 'attempt'>,
): Attempted {
  const { delivery, webhook, state } = assignment;
  const attempt = delivery.delivery_attempts + 1;
  const probe = isProbe(state, delivery.id);
  const verdict = probe
    ? judgeProbe(webhook, exchange)
    : judge(webhook, { attempt: attempt - delivery.unbudgeted_attempts, exchange, random });
  return { ...assignment, kind: 'attempted', attempt, probe, request, exchange, verdict };
}
