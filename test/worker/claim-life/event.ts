import { isOurs, type Delivery, type Lease, type State, type Worker } from './state.ts';

/**
 * How a transaction goes: `fails`, nothing was done; `unanswered`, it was committed and the answer
 * was lost.
 */
const HOWS = ['works', 'fails', 'unanswered'] as const;
export type How = (typeof HOWS)[number];

type OfClaim = { worker: number; lease: number; delivery: number };
type ClaimKind = 'read' | 'withdraw' | 'begin' | 'settle' | 'return';
type WorkerKind = 'keepAlive' | 'giveUp' | 'vanish';
type DeliveryKind =
  | 'expire'
  | 'loseThree'
  | 'undo'
  | 'early'
  | 'deactivate'
  | 'activate'
  | 'lower'
  | 'raise'
  | 'delete';

/**
 * Whatever may happen next, to one worker, to one delivery, or to all. `lease` is the place among
 * the worker's claims.
 */
export type Event =
  | { kind: 'claim'; worker: number; delivery: number; from: 'oldest' | 'newest' }
  | (OfClaim & { kind: ClaimKind; how: How })
  | (OfClaim & { kind: 'end'; end: 'success' | 'failure' | 'crash' | 'local' })
  | { kind: 'retry'; worker: number; how: How }
  | { kind: WorkerKind; worker: number }
  | { kind: DeliveryKind; delivery: number }
  | { kind: 'wait' | 'rescue' | 'release' };

/** Most claims that a worker has at a time, so that there is an end of states. */
const MOST_LEASES = 2;

/** All that may happen next. */
export function possibleEvents(state: State): Event[] {
  const events: Event[] = state.workers.flatMap((worker, nth) => [
    ...claimsOf(state, worker, nth),
    ...ofWorker(state, worker, nth),
  ]);
  for (const [nth, delivery] of state.deliveries.entries())
    events.push(...ofDelivery(delivery, nth));
  const rows = state.deliveries;
  if (
    rows.some(
      (row) =>
        row.job?.due === false ||
        (row.exists && row.status === 'pending' && row.time !== 'overdue'),
    )
  )
    events.push({ kind: 'wait' });
  if (
    rows.some(
      (row) =>
        row.job === undefined && row.status === 'pending' && !row.held && row.time === 'overdue',
    )
  )
    events.push({ kind: 'rescue' });
  if (rows.some((row) => row.held && row.active)) events.push({ kind: 'release' });
  return events;
}

function claimsOf(state: State, { leases }: Worker, worker: number): Event[] {
  if (leases.length >= MOST_LEASES) return [];
  const from = state.next % 2 === 0 ? 'oldest' : 'newest';
  return state.deliveries.flatMap(({ job }, delivery) =>
    job !== undefined && !job.active && job.due
      ? [{ kind: 'claim', worker, delivery, from } as const]
      : [],
  );
}

function ofWorker(state: State, { leases, returning }: Worker, worker: number): Event[] {
  const events = leases.flatMap((one, nth) =>
    ofClaim(one, { worker, lease: nth, delivery: one.delivery }),
  );
  if (returning.length > 0) for (const how of HOWS) events.push({ kind: 'retry', worker, how });
  if (leases.some((one) => !one.aborted && !isOurs(state, one)))
    events.push({ kind: 'keepAlive', worker });
  if (leases.some((one) => !one.aborted)) events.push({ kind: 'giveUp', worker });
  if (leases.length + returning.length > 0) events.push({ kind: 'vanish', worker });
  return events;
}

function ofClaim({ phase, route, aborted, mark }: Lease, at: OfClaim): Event[] {
  const all = (kind: ClaimKind, hows: readonly How[]) => hows.map((how) => ({ kind, how, ...at }));
  const back = all('return', HOWS);
  switch (phase) {
    case 'claimed':
      return [...all('read', ['works', 'fails']), ...back];
    case 'withdrawn':
      return all('withdraw', HOWS);
    case 'admitted': {
      const begin = all(
        'begin',
        route === 'vanished' || (route === 'isolated' && !aborted) ? HOWS : ['works'],
      );
      return route === 'normal'
        ? [...all('read', ['works']), ...begin, ...back]
        : [...begin, ...(route === 'isolated' ? back : [])];
    }
    case 'sending': {
      if (aborted) return back;
      const ends = [
        'success',
        'failure',
        ...(mark === 0 ? [] : ['crash' as const]),
        'local',
      ] as const;
      return [...ends.map((end) => ({ kind: 'end', end, ...at }) as const), ...back];
    }
    case 'sent':
      return all('settle', HOWS);
  }
}

function ofDelivery(
  { exists, status, active, limit, job, undo, time }: Delivery,
  delivery: number,
): Event[] {
  const kinds: DeliveryKind[] = [];
  if (job?.active) kinds.push('expire');
  if (job && !job.active && job.due) kinds.push('loseThree');
  if (job && !job.due && time === 'later') kinds.push('early');
  if (undo.length > 0) kinds.push('undo');
  if (exists && status === 'pending') kinds.push(active ? 'deactivate' : 'activate', 'delete');
  if (exists && status === 'pending')
    kinds.push(
      ...(limit > 1 ? (['lower'] as const) : []),
      ...(limit < 3 ? (['raise'] as const) : []),
    );
  return kinds.map((kind) => ({ kind, delivery }));
}
