import type { Rule } from './claim-steps.ts';
import type { Event } from './event.ts';
import { Broken } from './row.ts';
import { keyOf, type Lease, type State, type Worker } from './state.ts';
import { after } from './step.ts';

/** More events than it ever takes to get from any state to the end. */
const MOST_EVENTS = 80;

/**
 * What happens next when faults have stopped: all workers but `survivor` are gone, webhooks are
 * active, every endpoint is healthy, and time passes where nothing else is to be done. @returns
 * undefined at the end.
 */
export function nextCalmEvent(state: State, survivor: number): Event | undefined {
  const other = state.workers.findIndex(
    ({ leases, returning }, nth) => nth !== survivor && leases.length + returning.length > 0,
  );
  if (other >= 0) return { kind: 'vanish', worker: other };
  const inactive = state.deliveries.findIndex(({ exists, active }) => exists && !active);
  if (inactive >= 0) return { kind: 'activate', delivery: inactive };
  return ofSurvivor(state, survivor) ?? ofQueue(state, survivor);
}

function ofSurvivor(state: State, worker: number): Event | undefined {
  const { leases, returning } = state.workers[worker] as Worker;
  if (returning.length > 0) return { kind: 'retry', worker, how: 'works' };
  const [claim] = leases;
  if (claim === undefined) return undefined;
  const at = { worker, lease: 0, delivery: claim.delivery, how: 'works' } as const;
  switch (claim.phase) {
    case 'sending':
      return claim.aborted ? { kind: 'return', ...at } : { kind: 'end', end: 'success', ...at };
    default:
      return { kind: NEXT[claim.phase], ...at };
  }
}

const NEXT = {
  claimed: 'read',
  withdrawn: 'withdraw',
  admitted: 'begin',
  sent: 'settle',
} as const satisfies Partial<Record<Lease['phase'], string>>;

function ofQueue(state: State, worker: number): Event | undefined {
  for (const [delivery, { job }] of state.deliveries.entries()) {
    if (job?.active) return { kind: 'expire', delivery };
    if (job?.due) return { kind: 'claim', worker, delivery, from: 'oldest' };
  }
  const waiting = state.deliveries.filter(({ exists, status }) => exists && status === 'pending');
  if (waiting.some(({ held }) => held)) return { kind: 'release' };
  if (state.deliveries.some(({ job }) => job) || waiting.some(({ time }) => time !== 'overdue'))
    return { kind: 'wait' };
  return waiting.length > 0 ? { kind: 'rescue' } : undefined;
}

/**
 * The events from a state to its calm end. Stops where it comes to a state of `known`, from which
 * that is known, and adds to it.
 * @throws NotCalm where a delivery does not come to its end, or a rule is broken on the way
 */
export function calmDown(
  from: State,
  survivor: number,
  { rule, known }: { rule: Rule; known: Set<string> },
): Event[] {
  const events: Event[] = [];
  for (let state = from; ;) {
    const event = nextCalmEvent(state, survivor);
    if (event === undefined) return events;
    if (event.kind !== 'vanish') {
      const key = keyOf(state);
      if (known.has(key)) return events;
      known.add(key);
    }
    events.push(event);
    if (events.length > MOST_EVENTS)
      throw new NotCalm(events, 'faults have stopped, and a delivery does not come to its end');
    state = step(state, events, rule);
  }
}

function step(state: State, events: Event[], rule: Rule): State {
  try {
    return after(state, events.at(-1) as Event, rule);
  } catch (error) {
    throw error instanceof Broken ? new NotCalm(events, error.message) : error;
  }
}

/** What went wrong after faults had stopped, with the events since then. */
export class NotCalm extends Broken {
  override name = 'NotCalm';
  readonly events: Event[];

  constructor(events: Event[], message: string) {
    super(message);
    this.events = events;
  }
}
