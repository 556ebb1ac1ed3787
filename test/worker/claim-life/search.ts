import { LONG } from '../../faults/intensity.ts';
import { calmDown, NotCalm } from './calm.ts';
import type { Rule } from './claim-steps.ts';
import { possibleEvents, type Event } from './event.ts';
import { Broken, rowOf } from './row.ts';
import { isOurs, keyOf, type Lease, type State } from './state.ts';
import { after } from './step.ts';

/** Events that happen one after the other, from a state where nothing has happened yet. */
export type Path = { start: State; events: Event[] };

/** A path, and what kinds of events in what kinds of states it shows. */
export type Walked = Path & { kinds: string[] };

export type Searched = {
  states: number;
  /** The shortest path to each kind of event in each kind of state. */
  paths: Map<string, Walked>;
  /** The shortest path to where a rule is broken. */
  counterexample?: Path & { broken: string };
};

type Node = { state: State; before?: Node; event?: Event; kind?: string };

/**
 * Looks at all states that up to `depth` further events lead to from the ends of `starts`, the
 * nearest first. From each of them it lets the faults stop, whichever worker survives.
 */
export function search(starts: Path[], depth: number, rule: Rule): Searched {
  const reached: Reached = { seen: new Set(), known: new Set(), states: 0, paths: new Map(), rule };
  const { paths } = reached;
  let frontier = starts.map((start) => endOf(start, rule));
  for (let nth = 0; nth < depth; nth += 1) {
    const next: Node[] = [];
    for (const node of frontier) {
      for (const event of possibleEvents(node.state)) {
        try {
          const child = visit(reached, node, event);
          if (child) next.push(child);
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          const { start, events } = pathTo({ ...node, before: node, event });
          const further = error instanceof NotCalm ? error.events : [];
          return {
            states: reached.states,
            paths,
            counterexample: { start, events: [...events, ...further], broken: error.message },
          };
        }
      }
    }
    frontier = next;
  }
  return { states: reached.states, paths };
}

type Reached = Searched & { seen: Set<string>; known: Set<string>; rule: Rule };

/** @returns undefined for a state that was reached before. */
function visit(reached: Reached, before: Node, event: Event): Node | undefined {
  const { seen, rule, paths } = reached;
  const state = after(before.state, event, rule);
  const kind = kindOf(before.state, event);
  const node = { state, before, event, kind };
  if (!paths.has(kind)) paths.set(kind, pathTo(node));
  const key = keyOf(state);
  if (seen.has(key)) return undefined;
  seen.add(key);
  reached.states += 1;
  for (const survivor of state.workers.keys()) calmDown(state, survivor, reached);
  return node;
}

/** Where a path ends. */
function endOf({ start, events }: Path, rule: Rule): Node {
  let node: Node = { state: start };
  for (const event of events)
    node = {
      state: after(node.state, event, rule),
      before: node,
      event,
      kind: kindOf(node.state, event),
    };
  return node;
}

function pathTo(node: Node): Walked {
  const events: Event[] = [];
  const kinds: string[] = [];
  let one = node;
  for (; one.before; one = one.before) {
    if (one.event) events.unshift(one.event);
    if (one.kind !== undefined) kinds.push(one.kind);
  }
  return { start: one.state, events, kinds };
}

/**
 * The same for events between which the rows and the worker make no difference that a statement
 * would see; in the long form a finer one, of which there are ten times as many.
 */
export function kindOf(state: State, event: Event): string {
  const worker = 'worker' in event ? state.workers[event.worker] : undefined;
  const lease = 'lease' in event ? worker?.leases[event.lease] : undefined;
  const row = 'delivery' in event ? state.deliveries[event.delivery] : undefined;
  const { kind, how, end } = { how: '', end: '', ...event };
  const coarse = [
    kind,
    how,
    end,
    ...(lease && row ? matterOf(state, kind, lease) : []),
    row?.exists,
    lease ? '' : row?.job?.active,
  ];
  if (!LONG) return coarse.join();
  const fits = lease &&
    row && [
      lease.read.attempts === row.attempts,
      row.attempts + 1 >= row.limit,
      lease.crashes >= 3,
      lease.doubt === row.mark,
    ];
  const more = row && [
    row.status,
    row.held,
    row.time,
    row.mark > 0,
    row.active,
    row.job?.active,
    row.job?.due,
    row.job?.started,
  ];
  return [
    ...coarse,
    lease?.phase,
    lease?.aborted,
    ...(fits ?? []),
    ...(more ?? []),
    worker?.returning.length,
  ].join();
}

/** What the event depends on, and whether the rows are those that the claim knows. */
function matterOf(state: State, kind: Event['kind'], lease: Lease): unknown[] {
  const { phase, withdrawal, route, outcome, aborted } = lease;
  const row = rowOf(state, lease);
  const owner = isOurs(state, lease) ? 'its own' : row.job?.active;
  const mark =
    row.mark === 0
      ? 'none'
      : row.mark === lease.mark
        ? 'its own'
        : row.mark === lease.read.mark
          ? 'read'
          : 'another';
  if (kind === 'withdraw') return [withdrawal, owner];
  if (kind === 'begin') return [aborted || route, mark];
  if (kind === 'settle') return [outcome, owner, mark];
  return kind === 'return' ? [phase, owner, mark] : [phase];
}
