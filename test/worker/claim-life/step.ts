import { begin, leave, read, settle, withdraw, type Rule, type Turn } from './claim-steps.ts';
import type { Event } from './event.ts';
import { changeLightly, enqueue, returnJob, must, reachDisk, rowOf } from './row.ts';
import { copy, isOurs, type Delivery, type Lease, type State, type Worker } from './state.ts';

/** What an event makes of a state. @throws Broken */
export function after(before: State, event: Event, rule: Rule): State {
  const state = copy(before);
  if ('lease' in event) ofClaim(state, event, rule);
  else if ('worker' in event) ofWorker(state, event);
  else if ('delivery' in event) ofDelivery(state, event);
  else for (const row of state.deliveries) ofAll(row, event.kind);
  for (const row of state.deliveries) mustBeWhole(row);
  return state;
}

function mustBeWhole({ status, attempts, held, mark, known }: Delivery): void {
  must(
    attempts === known.recorded.length,
    `${known.recorded.length} attempts are recorded, and the delivery tells of ${attempts}`,
  );
  must(status === 'pending' || mark === 0, 'a delivery ended and kept its mark');
  must(status === 'pending' || !held, 'a delivery ended and is held');
}

function ofClaim(state: State, event: Extract<Event, { lease: number }>, rule: Rule): void {
  const worker = state.workers[event.worker] as Worker;
  const lease = worker.leases[event.lease] as Lease;
  const turn: Turn = { state, worker, lease, how: 'how' in event ? event.how : 'works' };
  switch (event.kind) {
    case 'read':
      return read(turn, rule);
    case 'withdraw':
      return withdraw(turn);
    case 'begin':
      return begin(turn);
    case 'settle':
      return settle(turn);
    case 'return':
      return leave(turn);
    case 'end':
      if (event.end === 'local') return leave(turn, true);
      lease.phase = 'sent';
      lease.outcome = event.end;
  }
}

function ofWorker(
  state: State,
  event: Exclude<Extract<Event, { worker: number }>, { lease: number }>,
): void {
  const worker = state.workers[event.worker] as Worker;
  switch (event.kind) {
    case 'claim':
      return claim(state, worker, event.delivery);
    case 'retry':
      if (event.how !== 'fails') for (const one of worker.returning) returnJob(state, one);
      if (event.how === 'works') worker.returning = [];
      return;
    case 'keepAlive':
      for (const one of worker.leases) if (!isOurs(state, one)) one.aborted = true;
      return;
    case 'giveUp':
      for (const one of worker.leases) one.aborted = true;
      return;
    case 'vanish':
      worker.leases = [];
      worker.returning = [];
  }
}

function claim(state: State, worker: Worker, delivery: number): void {
  const row = rowOf(state, { delivery });
  const { retries = 0, started = false, crashes = 0, doubt = 0 } = row.job ?? {};
  const generation = state.next++;
  const claims = retries + (started ? 1 : 0);
  changeLightly(row, { active: true, started: true, generation, retries: claims });
  worker.leases.push({
    delivery,
    generation,
    crashes: crashes + claims,
    doubt,
    mark: 0,
    aborted: false,
    phase: 'claimed',
    withdrawal: undefined,
    route: undefined,
    read: { attempts: 0, limit: 0, mark: 0 },
    send: 0,
    outcome: undefined,
  });
}

function ofDelivery(
  state: State,
  event: Exclude<Extract<Event, { delivery: number }>, { worker: number }>,
): void {
  const row = rowOf(state, event);
  if (event.kind === 'expire') return changeLightly(row, { active: false });
  if (event.kind === 'early') row.job = row.job && { ...row.job, due: true };
  else if (event.kind === 'loseThree') loseThree(state, row);
  else if (event.kind === 'undo') {
    // The time when it is due has not changed since.
    row.job = row.job && { ...(row.undo.at(-1) ?? row.job), due: row.job.due };
    row.undo = row.undo.slice(0, -1);
  } else {
    reachDisk(state);
    changeByOwner(row, event.kind);
  }
}

function loseThree(state: State, row: Delivery): void {
  const { retries = 0, started = false } = row.job ?? {};
  row.job = row.job && {
    ...row.job,
    started: true,
    generation: state.next++,
    retries: retries + (started ? 3 : 2),
  };
  row.undo = [];
}

function changeByOwner(row: Delivery, kind: Event['kind']): void {
  if (kind === 'activate' || kind === 'deactivate') row.active = kind === 'activate';
  if (kind === 'lower') row.limit -= 1;
  if (kind === 'raise') row.limit += 1;
  if (kind === 'delete') {
    row.exists = false;
    row.held = false;
    row.mark = 0;
    row.attempts = 0;
    row.known = { ...row.known, recorded: [], met: 0 };
  }
}

function ofAll(row: Delivery, kind: 'wait' | 'rescue' | 'release'): void {
  const waits = row.exists && row.status === 'pending';
  if (kind === 'wait' && row.job) row.job = { ...row.job, due: true };
  if (kind === 'wait' && waits) row.time = 'overdue';
  if (kind === 'rescue' && waits && !row.held && row.time === 'overdue') enqueue(row, {});
  if (kind === 'release' && waits && row.held && row.active) {
    row.held = false;
    enqueue(row, { due: row.time !== 'later', crashes: row.crashes });
  }
}
