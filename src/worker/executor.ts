import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import type { AttemptFacts, AttemptSpan, Tracing } from '../telemetry/tracing.ts';
import { traceField } from '../telemetry/trace-context.ts';
import type { Admitted } from './admission.ts';
import { isStale } from './leases.ts';
import type { Readings } from './readings.ts';
import type { Completer } from '../attempts/completer.ts';
import {
  deliver,
  faultOf,
  type Assignment,
  type Attempted,
  type DeliverMeans,
  type Unsent,
} from '../attempts/deliver.ts';
import { findToSend } from '../deliveries/sendable.ts';
import { vanishedAttempt } from '../attempts/poison.ts';
import type { Sender, SendLimits } from '../sending/send.ts';
import { openedForSending } from '../webhooks/secrets/row-secrets.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';
import type { SendEnd } from './slots/standing.ts';

export type ExecutorParts = {
  pool: Pool;
  log: Log;
  vault: Vault;
  completer: Pick<Completer, 'complete'>;
  tracing?: Tracing | undefined;
  accessTokens: DeliverMeans['accessTokens'];
  readings: Pick<Readings, 'hasChanged' | 'isStale'>;
  /** The longest pause that an answer may ask for. */
  retryAfterMaxSeconds: number;
  /** Where CloudEvents say that they come from. */
  eventSource: string;
};

/**
 * What sends, and whom to tell, by `onLong`, when a send has taken `longAfterMs`. `readAgain`: the
 * claim has waited since its webhook was read.
 */
export type Means = {
  sender: Sender;
  watch?: { longAfterMs: number; onLong(): void };
  readAgain?: boolean;
};

/**
 * What became of a claim. `gone`: its delivery was deleted meanwhile. `not_ours`: somebody else has
 * the claim by now. `not_recorded`: the outcome could not be recorded for a reason that lasts.
 * `refused`: its webhook had no place for it, and may have one after so long.
 */
export type Execution =
  | Attempted
  | Unsent
  | { kind: 'gone' | 'not_ours' | 'not_recorded' }
  | { kind: 'refused'; delaySeconds: number };

/** Sends one delivery and records what came of it. Never rejects. */
export async function execute(
  parts: ExecutorParts,
  admitted: Admitted,
  { readAgain, ...means }: Means,
): Promise<Execution> {
  const assignment = await assignmentOf(parts, admitted, readAgain);
  if ('kind' in assignment) return assignment;
  const { accessTokens, retryAfterMaxSeconds, eventSource } = parts;
  const span = parts.tracing?.startAttempt(factsOf(assignment));
  const delivering = { ...means, accessTokens, retryAfterMaxSeconds, eventSource, span };
  const done = complete(parts, admitted, send(delivering, assignment, leaveOf(admitted)));
  return span === undefined ? done : endWith(span, done);
}

function factsOf({ delivery }: Assignment): AttemptFacts {
  const { id, webhook_id, trace_context, event, delivery_attempts } = delivery;
  return {
    origin: trace_context,
    deliveryId: id,
    webhookId: webhook_id,
    // Without a type it stands for the delivery itself.
    eventId: event !== null && event.type !== null ? event.id : undefined,
    attempt: delivery_attempts + 1,
  };
}

/** Ends the span of an attempt with what became of that. */
async function endWith(span: AttemptSpan, done: Promise<Execution>): Promise<Execution> {
  const execution = await done;
  if (execution.kind === 'attempted') {
    const { verdict, exchange } = execution;
    const isGood = verdict.kind === 'succeeded';
    span.end({ verdict: verdict.kind, fault: isGood ? undefined : faultOf(exchange) });
  } else span.end({ verdict: undefined, fault: execution.kind });
  return execution;
}

type Leave = Omit<SendLimits, 'timeoutMs'>;

/**
 * A send to a limited webhook begins while its token is good and its claim, and so its permit, is
 * surely ours: this process may have been frozen since it got them.
 */
function leaveOf({ lease, grant }: Admitted): Leave {
  const { signal } = lease.abort;
  return grant ? { signal, mayBegin: () => !isStale(lease) && grant.begin() } : { signal };
}

/**
 * Records an isolated send whose worker vanished as the failed attempt that it was. Never rejects.
 */
export async function recordVanished(parts: ExecutorParts, admitted: Admitted): Promise<Execution> {
  const assignment = await assignmentOf(parts, admitted);
  if ('kind' in assignment) return assignment;
  return complete(parts, admitted, vanishedAttempt(parts, assignment));
}

/**
 * Reads a long payload, and again what has changed since it was read. Where that fails, or
 * its secrets cannot be opened, nothing was sent yet: the claim goes back.
 */
async function assignmentOf(
  parts: ExecutorParts,
  admitted: Admitted,
  readAgain = false,
): Promise<Assignment | Execution> {
  const { lease, delivery, webhook, state, readAt } = admitted;
  const { payload } = delivery;
  if (payload !== null && !readAgain && !parts.readings.hasChanged(admitted))
    return { claim: lease.claim, delivery: { ...delivery, payload }, webhook, state, readAt };
  try {
    return await readToSend(parts, admitted);
  } catch (error) {
    parts.log.warn('payload.not_read', { ...namesOf(delivery), error });
    return { kind: 'aborted' };
  }
}

/** Times that a webhook is read for one send, where it changes all the time. */
const MOST_READINGS = 3;

/**
 * Reads payload and webhook for a send that begins now: the secrets of the webhook are those of
 * this moment, as far as this worker was told.
 */
async function readToSend(
  { pool, readings, vault }: ExecutorParts,
  { webhookId, lease: { claim }, delivery, state }: Admitted,
): Promise<Assignment | Execution> {
  for (let left = MOST_READINGS; left > 0; left -= 1) {
    const readAt = performance.now();
    const found = await findToSend(pool, delivery.id);
    if (found === undefined) return { kind: 'gone' };
    const { payload, event } = found;
    const webhook = openedForSending(vault, found.webhook);
    if (!readings.hasChanged({ webhookId, readAt }))
      return { claim, delivery: { ...delivery, payload, event }, webhook, state, readAt };
  }
  return { kind: 'aborted' };
}

/** Sends, and tells when that takes long. To record what came of it does not count. */
async function send(
  { watch, ...means }: Means & DeliverMeans,
  assignment: Assignment,
  leave: Leave,
): Promise<Attempted | Unsent> {
  const timer = watch && setTimeout(() => watch.onLong(), watch.longAfterMs);
  try {
    return await deliver(means, assignment, leave);
  } finally {
    clearTimeout(timer);
  }
}

/** Records what was sent, if it is an attempt. Never rejects. */
async function complete(
  { log, completer }: ExecutorParts,
  { delivery }: Admitted,
  sent: Promise<Attempted | Unsent>,
): Promise<Execution> {
  try {
    const outcome = await sent;
    if (outcome.kind !== 'attempted') return outcome;
    return (await completer.complete(outcome)) ? outcome : { kind: 'not_ours' };
  } catch (error) {
    log.error('delivery.not_recorded', { ...namesOf(delivery), error });
    return { kind: 'not_recorded' };
  }
}

/** What a log line says of whom it is about. */
function namesOf({ id, trace_context }: Admitted['delivery']) {
  return { delivery_id: id, ...traceField(trace_context) };
}

/**
 * What was not sent, was given up by us, or could not be recorded, says nothing about the endpoint.
 */
export function endOf(execution: Execution): SendEnd {
  if (execution.kind !== 'attempted') return 'unused';
  return execution.exchange.kind === 'response' ? 'answered' : 'unanswered';
}
