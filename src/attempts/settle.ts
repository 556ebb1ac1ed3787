import { randomUUID } from 'node:crypto';
import type { Tx } from '../database/transaction.ts';
import { insertAttempts } from './attempt-store.ts';
import type { Attempt } from './attempt.ts';
import type { Attempted } from './deliver.ts';
import { jobsOf, promoteNext } from '../deliveries/order/promote.ts';
import { recordOutcomes, type Outcome, type Recorded } from '../deliveries/outcomes.ts';
import type { Told } from '../webhooks/health/health.ts';
import { noteAttempts, type HealthChange, type Telling } from '../webhooks/health/health-store.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import type { DeliveryQueue, NextJob } from '../queue/delivery-queue.ts';
import { hasCrashed } from './verdict.ts';
import { requestTranscript, responseTranscript } from './transcript.ts';

/** An attempt that was recorded, with what that made of its delivery. */
export type Settled = Attempted & Recorded & { row: NewAttempt };
type NewAttempt = Omit<Attempt, 'created_at'>;

/**
 * Records attempts: the end of the job, the delivery, the attempt and the next job, together. What
 * is no longer ours (the claim was lost, the delivery deleted or settled by another worker) is not
 * recorded. The order matters: a next job that is inserted before the present one has ended would
 * be ignored, as its key is still taken. Where a head ends, the next of its ordering key gets its
 * turn.
 * @returns the attempts that were recorded, and what changed of the state of their webhooks.
 */
export async function settle(
  tx: Tx,
  queue: ClaimableQueue,
  attempts: Attempted[],
): Promise<{ settled: Settled[]; changes: HealthChange[] }> {
  // Of two sends of one job only that of the present claim is ours. No claim is recorded twice.
  const byClaim = new Map(attempts.map((attempted) => [attempted.claim, attempted]));
  const ours = await queue.finish(tx, [...byClaim.keys()]);
  const owned = [...byClaim.values()].filter(({ claim }) => ours.has(claim));
  if (owned.length === 0) return { settled: [], changes: [] };

  // First of all: whether a retry may run is asked of the state that this attempt leaves behind.
  // What a test came to is not noted, as its client may have made it fail.
  const telling = owned.filter(({ delivery }) => !delivery.test);
  const changes = await noteAttempts(tx, telling.map(tellingOf));
  const recorded = await recordOutcomes(tx, owned.map(outcomeOf));
  const settled = owned.flatMap((attempted) => {
    const one = recorded.get(attempted.delivery.id);
    return one === undefined ? [] : [settledOf(attempted, one)];
  });
  if (settled.length === 0) return { settled, changes };

  insertAttempts(
    tx,
    settled.filter(({ unlisted }) => !unlisted).map(({ row }) => row),
  );
  await enqueueNext(tx, queue, settled);
  return { settled, changes };
}

/** The clock of the database decides whether a retry would come too late. */
function settledOf(attempted: Attempted, recorded: Recorded): Settled {
  const one = { ...attempted, row: rowOf(attempted), ...recorded };
  return recorded.isExpired ? { ...one, verdict: { kind: 'failed', reason: 'expired' } } : one;
}

/** The key that goes on no more, as its head has failed and stays. */
export function blockedKeyOf({ delivery, verdict, freedKey }: Settled): string | null {
  return verdict.kind === 'failed' && freedKey === null ? delivery.ordering_key : null;
}

/** Gives retries a job, and those deliveries whose turn it is by their ordering keys. */
async function enqueueNext(tx: Tx, queue: DeliveryQueue, settled: Settled[]): Promise<void> {
  const retries = settled.flatMap((one) =>
    one.verdict.kind === 'retry' && !one.isHeld ? [nextJob(one, one.verdict.delaySeconds)] : [],
  );
  const keys = settled.flatMap(({ freedKey: key, hasNext, delivery: { webhook_id: webhookId } }) =>
    key === null ? [] : [{ webhookId, key, hasNext }],
  );
  const promoted = jobsOf(await promoteNext(tx, keys));
  const jobs = [...retries, ...promoted];
  if (jobs.length > 0) await queue.enqueue(tx, jobs);
  // They are due now, and no worker may be looking.
  if (promoted.length > 0) queue.wake(tx);
}

function nextJob(settled: Settled, delaySeconds: number): NextJob {
  const { id: deliveryId, webhook_id: webhookId } = settled.delivery;
  return { deliveryId, webhookId, delaySeconds, crashes: crashesAfter(settled) };
}

/**
 * A delivery that ended the process that sent it keeps its count of crashes, so that its next
 * attempt is sent in a process of its own as well.
 */
function crashesAfter({ claim, exchange }: Attempted): number {
  return hasCrashed(exchange) ? claim.crashes : 0;
}

/** A process that died while it sent says nothing about the endpoint. */
function tellingOf({ delivery, state, exchange, verdict, probe, asked }: Attempted): Telling {
  const failed = hasCrashed(exchange) ? 'unknown' : 'failure';
  const kind = verdict.kind === 'succeeded' ? 'success' : failed;
  const told: Told = { kind, probe, seconds: exchange.durationMs / 1000 };
  return { webhookId: delivery.webhook_id, told, state, ...(asked ? { asked } : {}) };
}

function outcomeOf(attempted: Attempted): Outcome {
  const { delivery, attempt, verdict, probe, asked } = attempted;
  const crashes = crashesAfter(attempted);
  const isKeyed = delivery.ordering_key !== null;
  // Its webhook may be active again one day, and then it is to have an attempt left.
  const unbudgeted = probe || asked?.kind === 'gone';
  const told = { deliveryId: delivery.id, attempt, crashes, unbudgeted };
  const base = { ...told, isKeyed, failedReason: null, delaySeconds: null };
  switch (verdict.kind) {
    case 'succeeded':
      return { ...base, status: verdict.kind };
    case 'failed':
      return { ...base, status: verdict.kind, failedReason: verdict.reason };
    case 'retry':
      return { ...base, status: 'pending', delaySeconds: verdict.delaySeconds };
  }
}

function rowOf({
  delivery,
  request,
  exchange,
  verdict,
  probe,
  unrecordable,
}: Attempted): NewAttempt {
  const response = exchange.kind === 'response' ? exchange : undefined;
  const failure = exchange.kind === 'failure' ? exchange.message : '';
  const row = {
    id: randomUUID(),
    webhook_id: delivery.webhook_id,
    delivery_id: delivery.id,
    response_status_code: response?.status ?? 0,
    execution_duration: exchange.durationMs,
    success: verdict.kind === 'succeeded',
    probe,
  };
  if (unrecordable !== undefined) {
    const error = [failure, unrecordable].filter((words) => words !== '').join('; ');
    return { ...row, raw_request: '', raw_response: '', error };
  }
  return {
    ...row,
    raw_request: request ? requestTranscript(request) : '',
    raw_response: response ? responseTranscript(response, response.body, response.bodyCut) : '',
    error: failure,
  };
}
