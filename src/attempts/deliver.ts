import type { AttemptSpan } from '../telemetry/tracing.ts';
import { isProbe, type GateState } from '../webhooks/webhook-state.ts';
import type { SendingWebhook } from '../webhooks/webhook.ts';
import type { SendableDelivery } from '../deliveries/sendable.ts';
import type { Claim } from '../queue/claim.ts';
import { buildRequest, type WebhookRequest } from '../sending/request.ts';
import { sendAuthorized, type AuthorizedMeans } from '../sending/authorizing/send-authorized.ts';
import type { Exchange, SendLimits } from '../sending/send.ts';
import type { Asked } from '../webhooks/health/heed.ts';
import { askedBy, verdictAfter } from './asked.ts';
import type { Random } from './backoff.ts';
import type { RetryAfterBounds } from './retry-after.ts';
import { judge, judgeProbe, type Judged, type Verdict } from './verdict.ts';

/**
 * A delivery that this worker may send now. A long payload is still to be read. `readAt` is when
 * the webhook was read, on the clock of `performance.now()`.
 */
type Due = {
  claim: Claim;
  delivery: SendableDelivery;
  webhook: SendingWebhook;
  state: GateState;
  readAt: number;
};

/** A due delivery with its payload. */
export type Assignment = Due & { delivery: { payload: string } };

/** One attempt made and judged, not yet recorded. */
export type Attempted = Assignment & {
  kind: 'attempted';
  attempt: number;
  /** It asked whether the endpoint answers again: it is none of the attempts that are allowed. */
  probe: boolean;
  /** What was sent; undefined: nothing, as there was no token for it. */
  request: WebhookRequest | undefined;
  exchange: RecordedExchange;
  verdict: Verdict;
  /** What the answer asked of the webhook, which heeds that. */
  asked?: Asked;
  /** Why it has to be recorded without what was sent and received. */
  unrecordable?: string;
  /**
   * Only what becomes of the delivery is recorded: the database refuses any row for this attempt.
   */
  unlisted?: true;
  /** Where it is in a trace of its own. */
  spanContext?: string;
};

/** Nothing was learned about the endpoint: no attempt, and nothing to be recorded. */
export type Unsent = Extract<Exchange, { kind: 'aborted' | 'local' }>;

export type RecordedExchange = Exclude<Exchange, Unsent>;

/**
 * `retryAfterMaxSeconds` bounds the pause that an answer may ask for. `eventSource` is where
 * CloudEvents say that they come from. `random` is the chance in the delay of a retry.
 */
export type DeliverMeans = AuthorizedMeans & {
  retryAfterMaxSeconds: number;
  eventSource: string;
  random?: Random;
  /** Where the attempt is recorded in a trace. */
  span?: AttemptSpan | undefined;
};

/** Makes the next attempt: request, send, verdict, and what the answer asked for. */
export async function deliver(
  { retryAfterMaxSeconds: maxSeconds, eventSource, random = Math.random, ...means }: DeliverMeans,
  assignment: Assignment,
  leave: Omit<SendLimits, 'timeoutMs'>,
): Promise<Attempted | Unsent> {
  const { webhook } = assignment;
  const timeoutMs = webhook.delivery_attempt_timeout * 1000;
  const { span } = means;
  const post = span?.startPost(webhook.url);
  const sending = { request: requestOf(assignment, eventSource, post?.context), webhook };
  const { request, exchange } = await sendAuthorized(means, sending, { timeoutMs, ...leave });
  post?.end(toldOf(exchange));
  if (exchange.kind === 'aborted' || exchange.kind === 'local') return exchange;
  const attempted = attemptedWith(assignment, request, { exchange, random });
  if (span) attempted.spanContext = span.context;
  return withAsked(attempted, { maxSeconds, nowMs: Date.now() });
}

function toldOf(exchange: Exchange): { status?: number; fault?: string } {
  return exchange.kind === 'response' ? { status: exchange.status } : { fault: faultOf(exchange) };
}

/** What is wrong with an exchange that is no success, in a word. */
export function faultOf(exchange: Exchange): string {
  switch (exchange.kind) {
    case 'response':
      return String(exchange.status);
    case 'failure':
      return exchange.reason;
    case 'local':
      return exchange.code;
    case 'aborted':
      return exchange.kind;
  }
}

/** The request of an attempt that starts now. `traceContext` is what it tells of its trace. */
export function requestOf(
  { webhook, delivery, readAt }: Assignment,
  eventSource: string,
  traceContext = delivery.trace_context ?? undefined,
): WebhookRequest {
  return buildRequest(webhook, delivery, {
    atSeconds: Math.floor(Date.now() / 1000),
    sinceReadMs: performance.now() - readAt,
    eventSource,
    traceContext,
  });
}

/** A test has no other. */
const ONE_ATTEMPT = { max_delivery_attempts: 1 };

/** The next attempt of a delivery, judged: this request, and what came of it. */
export function attemptedWith(
  assignment: Assignment,
  request: WebhookRequest | undefined,
  { exchange, random }: Omit<Judged<RecordedExchange>, 'attempt'>,
): Attempted {
  const { delivery, webhook, state } = assignment;
  const attempt = delivery.delivery_attempts + 1;
  const probe = isProbe(state, delivery.id);
  const policy = delivery.test ? { ...webhook, ...ONE_ATTEMPT } : webhook;
  const verdict = probe
    ? judgeProbe(webhook, exchange)
    : judge(policy, { attempt: attempt - delivery.unbudgeted_attempts, exchange, random });
  return { ...assignment, kind: 'attempted', attempt, probe, request, exchange, verdict };
}

/**
 * An attempt with what its answer asks for, and with the verdict that follows from that. What the
 * answer to a test asks for is not done.
 */
function withAsked(attempted: Attempted, bounds: RetryAfterBounds): Attempted {
  const { delivery, webhook, exchange, verdict } = attempted;
  if (delivery.test) return attempted;
  const asked = askedBy(webhook, exchange, bounds);
  if (asked === undefined) return attempted;
  return { ...attempted, asked, verdict: verdictAfter(verdict, asked, webhook) };
}
