import { NO_STATE } from '../../../src/webhooks/webhook-state.ts';
import { decide, type Admitted } from '../../../src/worker/admission.ts';
import type { SendableDelivery } from '../../../src/deliveries/sendable.ts';
import { judge } from '../../../src/attempts/verdict.ts';
import { webhookOf } from '../../setup/settings.ts';
import type { How } from './event.ts';
import { exchangeOf } from './exchange.ts';
import { endDelivery, enqueue, finish, hold, returnJob, must, reachDisk, rowOf } from './row.ts';
import type { Delivery, Lease, Route, State, Worker } from './state.ts';

/** How what was admitted is sent. */
export type Rule = (one: Pick<Admitted, 'isolated' | 'vanished'> & { crashes: number }) => Route;

/** As the dispatcher does it. */
export const RULE: Rule = ({ isolated, vanished }) =>
  vanished ? 'vanished' : isolated ? 'isolated' : 'normal';

/** The claim of a worker to which something happens. */
export type Turn = { state: State; worker: Worker; lease: Lease; how: How };

/** The claim goes back, or waits on its way back where the database does not take it. */
export function leave({ state, worker, lease, how }: Turn, later = false): void {
  worker.leases = worker.leases.filter((one) => one !== lease);
  if (how !== 'fails') returnJob(state, lease, later);
  const { delivery, generation, mark } = lease;
  if (how !== 'works') worker.returning = [...worker.returning, { delivery, generation, mark }];
}

const failed = (turn: Turn): Turn => ({ ...turn, how: 'fails' });

/** Reads delivery and webhook, and decides on the claim with the real rules. */
export function read(turn: Turn, rule: Rule): void {
  if (turn.how !== 'works') return leave(failed(turn));
  const { state, lease } = turn;
  const row = rowOf(state, lease);
  lease.read = { attempts: row.attempts, limit: row.limit, mark: row.mark };
  const claim = {
    jobId: 'j',
    generation: 'g',
    deliveryId: 'd',
    webhookId: 'w',
    crashes: lease.crashes,
    isNew: false,
  };
  const doubt = lease.doubt === 0 ? {} : { doubt: String(lease.doubt) };
  const found = row.exists
    ? { delivery: deliveryOf(row), webhook: webhookRead(row), state: NO_STATE }
    : undefined;
  const decision = decide({ ...claim, ...doubt }, found);
  const isSent = decision.kind === 'send';
  lease.phase = isSent ? 'admitted' : 'withdrawn';
  lease.route = isSent ? rule({ ...decision, crashes: lease.crashes }) : undefined;
  lease.withdrawal = isSent ? undefined : decision.kind;
}

function deliveryOf({ attempts, status, held, time, mark }: Delivery): SendableDelivery {
  return {
    id: 'd',
    webhook_id: 'w',
    delivery_attempts: attempts,
    status,
    held_reason: held ? 'webhook_inactive' : null,
    event: null,
    payload: '',
    bytes: 0,
    waitSeconds: time === 'later' ? 60 : -1,
    expired: false,
    isolated_by: mark === 0 ? null : String(mark),
    unbudgeted_attempts: 0,
    ordering_key: null,
    is_head: false,
    sequence: null,
    trace_context: null,
    test: false,
  };
}

function webhookRead({ active, limit }: { active: boolean; limit: number }) {
  return webhookOf('w', { active, max_delivery_attempts: limit });
}

/** Takes a claim that is not to be sent now out of the queue, in one transaction. */
export function withdraw(turn: Turn): void {
  if (turn.how === 'fails') return leave(turn);
  const { state, worker, lease } = turn;
  const row = rowOf(state, lease);
  if (finish(state, lease)) leaveQueue(row, lease);
  if (turn.how === 'unanswered') leave(failed(turn));
  else worker.leases = worker.leases.filter((one) => one !== lease);
}

function leaveQueue(row: Delivery, { withdrawal, read, crashes, doubt }: Lease): void {
  const pending = row.exists && row.status === 'pending';
  if (withdrawal === 'hold' && pending) hold(row, crashes);
  if (withdrawal === 'exhaust' && pending) endDelivery(row, 'failed', read);
  if (withdrawal === 'postpone') enqueue(row, { due: false, crashes, doubt });
  if (withdrawal !== 'doubt') return;
  if (pending) row.time = 'later';
  row.known.met = read.mark;
  enqueue(row, { due: false, crashes, doubt: read.mark });
}

/** Begins a send, or makes an outcome where nothing is to be sent. */
export function begin(turn: Turn): void {
  const { state, lease } = turn;
  if (lease.route === 'vanished') return takeOver(turn);
  if (lease.route === 'without_send') return conclude(lease, 'without_send', 0);
  if (lease.aborted) return leave(turn);
  lease.send = state.next++;
  if (lease.route === 'isolated' && !mark(turn))
    return leave(turn.how === 'works' ? turn : failed(turn));
  const { known } = rowOf(state, lease);
  known.begun = [...known.begun, lease.send];
  lease.phase = 'sending';
}

/**
 * Replaces the mark, so that it cannot be taken back any more. Where the database does not say so,
 * the claim is left to run out.
 */
function takeOver(turn: Turn): void {
  const { state, worker, lease, how } = turn;
  const row = rowOf(state, lease);
  const { known } = row;
  const next = state.next++;
  const isThere = row.exists && row.mark === lease.read.mark;
  if (how !== 'fails' && isThere) {
    reachDisk(state);
    row.mark = next;
    known.sendOf = { ...known.sendOf, [next]: known.sendOf[lease.read.mark] ?? 0 };
  }
  if (how !== 'works') worker.leases = worker.leases.filter((one) => one !== lease);
  else if (isThere) conclude(lease, 'vanished', known.sendOf[next] ?? 0);
  else leave(turn);
}

function conclude(lease: Lease, outcome: 'vanished' | 'without_send', send: number): void {
  lease.phase = 'sent';
  lease.outcome = outcome;
  lease.send = send;
}

/** @returns whether the worker knows that its mark is there. */
function mark({ state, lease, how }: Turn): boolean {
  lease.mark = lease.send;
  if (how === 'fails') return false;
  const row = rowOf(state, lease);
  if (!row.exists || row.status !== 'pending' || row.mark !== 0) return false;
  reachDisk(state);
  row.mark = lease.mark;
  row.known.sendOf = { ...row.known.sendOf, [lease.mark]: lease.send };
  if (how === 'unanswered') row.known.begun = [...row.known.begun, lease.send];
  return how === 'works';
}

/** Records an outcome, judged with the real rules, in one transaction. */
export function settle({ state, worker, lease, how }: Turn): void {
  if (how === 'fails') return;
  const row = rowOf(state, lease);
  const attempt = lease.read.attempts + 1;
  const fits = row.exists && row.status === 'pending' && row.attempts === attempt - 1;
  if (finish(state, lease) && fits) recordOutcome(row, lease, attempt);
  if (how === 'works') worker.leases = worker.leases.filter((one) => one !== lease);
}

function recordOutcome(
  row: Delivery,
  { outcome, read, send, crashes }: Lease,
  attempt: number,
): void {
  const { known } = row;
  const vanished = outcome === 'vanished';
  const verdict =
    outcome === 'without_send'
      ? { kind: 'failed' }
      : judge(webhookRead({ ...read, active: true }), {
          attempt,
          exchange: exchangeOf(outcome),
          random: Math.random,
        });
  row.attempts = attempt;
  row.mark = 0;
  if (verdict.kind !== 'retry')
    endDelivery(row, verdict.kind as 'succeeded' | 'failed', {
      attempts: attempt,
      limit: read.limit,
    });
  must(
    attempt <= read.limit,
    `attempt ${attempt} was recorded where the webhook allowed ${read.limit}`,
  );
  must(known.begun.includes(send), 'an attempt was recorded whose send had not begun');
  must(!known.recorded.some((one) => one.send === send), 'a send was recorded twice');
  must(
    !vanished || known.met === read.mark,
    'a send was recorded as vanished by the first claim that met its mark',
  );
  must(
    !vanished || !known.takenBack.includes(read.mark),
    'a send was recorded as vanished whose worker had taken its mark back',
  );
  known.recorded = [...known.recorded, { send, vanished }];
  if (verdict.kind !== 'retry') return;
  must(attempt < read.limit, 'another attempt was promised that the webhook does not allow');
  row.time = 'later';
  const kept = vanished || outcome === 'crash' ? crashes : 0;
  if (row.active) enqueue(row, { due: false, crashes: kept });
  else hold(row, kept);
}
