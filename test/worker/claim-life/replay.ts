import { LIVE_JOBS, releaseHeld } from '../../setup/release.ts';
import { rescueOverdue } from '../../../src/upkeep/rescue.ts';
import { claimed, type WorkerQueue } from '../../setup/worker-queue.ts';
import type { Rule } from './claim-steps.ts';
import { actual, expected, type Names } from './compare.ts';
import type { Event } from './event.ts';
import { exchangeOf } from './exchange.ts';
import { Broken } from './row.ts';
import type { Path } from './search.ts';
import type { Delivery, State } from './state.ts';
import { after } from './step.ts';
import { Stepper } from './stepper.ts';
import {
  addRows,
  age,
  change,
  clear,
  look,
  pass,
  undo,
  undoable,
  type Rows,
  type Undoable,
} from './tables.ts';

type World = {
  worker: WorkerQueue;
  rule: Rule;
  rows: Rows[];
  steppers: Stepper[];
  /** Per delivery, as in the model: what a crash would undo. */
  undo: Undoable[][];
  names: Names;
};

/** What the database had after an event, where it is not what the model says. */
export type Difference = { events: Event[]; is: string; expected: string };

/**
 * Lets events happen to the real modules and a real database, which must be as the model says after
 * each of them.
 * @returns the first difference
 */
export async function replay(
  worker: WorkerQueue,
  { start, events }: Path,
  rule: Rule,
): Promise<Difference | undefined> {
  await clear(worker.pool);
  const rows: Rows[] = [];
  for (const { limit } of start.deliveries) rows.push(await addRows(worker, limit));
  const steppers = start.workers.map(() => new Stepper({ ...worker, rule }));
  const world: World = {
    worker,
    rule,
    rows,
    steppers,
    undo: rows.map(() => []),
    names: { marks: new Map(), generations: new Map() },
  };
  let state = start;
  for (const [nth, event] of events.entries()) {
    const next = afterOrBroken(state, event, rule);
    await happen(world, event, next instanceof Broken ? state : next);
    const difference =
      next instanceof Broken ? await broken(world, next) : await compare(world, next);
    if (difference) return { events: events.slice(0, nth + 1), ...difference };
    if (!(next instanceof Broken)) state = next;
  }
  return undefined;
}

function afterOrBroken(state: State, event: Event, rule: Rule): State | Broken {
  try {
    return after(state, event, rule);
  } catch (error) {
    if (error instanceof Broken) return error;
    throw error;
  }
}

async function compare(
  { worker, rows, names }: World,
  state: State,
): Promise<Omit<Difference, 'events'> | undefined> {
  for (const [nth, row] of rows.entries()) {
    const is = actual(await look(worker.pool, row), names);
    const should = expected(state.deliveries[nth] as Delivery);
    if (is !== should) return { is, expected: should };
  }
  return undefined;
}

async function broken(
  { worker, rows, names }: World,
  { message }: Broken,
): Promise<Omit<Difference, 'events'>> {
  const seen: string[] = [];
  for (const row of rows) seen.push(actual(await look(worker.pool, row), names));
  return { is: seen.join(', '), expected: `not that ${message}` };
}

async function happen(world: World, event: Event, next: State): Promise<void> {
  const { undo, rows, worker } = world;
  const light = event.kind === 'claim' || event.kind === 'expire';
  const row = 'delivery' in event ? rows[event.delivery] : undefined;
  const before = light && row ? await undoable(worker.pool, row) : undefined;
  if ('lease' in event) await toClaim(world, event, next);
  else if ('worker' in event) await toWorker(world, event, next);
  else if (row && 'delivery' in event) await toDelivery(world, event, row);
  else await toAll(world, event.kind as 'wait' | 'rescue' | 'release');
  if (before && 'delivery' in event) undo[event.delivery]?.push(before);
  // A commit that reached the disk took what was before it along.
  for (const [nth, { undo: left }] of next.deliveries.entries())
    undo[nth]?.splice(0, (undo[nth]?.length ?? 0) - left.length);
}

async function toClaim(
  { steppers, names, rows, worker }: World,
  event: Extract<Event, { lease: number }>,
  next: State,
): Promise<void> {
  const stepper = steppers[event.worker] as Stepper;
  if (event.kind === 'end') {
    const send = next.workers[event.worker]?.leases[event.lease]?.send;
    return stepper.end(
      event.lease,
      event.end === 'local' ? { kind: 'local', code: 'EMFILE' } : exchangeOf(event.end, send),
    );
  }
  await stepper[event.kind](event.lease, event.how);
  // A mark that came with this has the number before the next free one.
  const { row } =
    event.kind === 'begin' ? await look(worker.pool, rows[event.delivery] as Rows) : { row: null };
  if (row?.mark && !names.marks.has(row.mark)) names.marks.set(row.mark, next.next - 1);
}

type WorkerEvent = Exclude<Extract<Event, { worker: number }>, { lease: number }>;

async function toWorker(
  { steppers, rows, names, ...world }: World,
  event: WorkerEvent,
  next: State,
): Promise<void> {
  const stepper = steppers[event.worker] as Stepper;
  switch (event.kind) {
    case 'claim': {
      const others = rows
        .filter((_one, nth) => nth !== event.delivery)
        .map(({ webhookId }) => webhookId);
      await stepper.claim(others, event.from);
      const { startedOn } = (await undoable(world.worker.pool, rows[event.delivery] as Rows)) ?? {};
      if (startedOn) names.generations.set(startedOn, next.next - 1);
      return;
    }
    case 'retry':
      return stepper.retry(event.how);
    case 'keepAlive':
      return stepper.keepAlive();
    case 'giveUp':
      return stepper.giveUp();
    case 'vanish':
      steppers[event.worker] = new Stepper({ ...world.worker, rule: world.rule });
  }
}

async function toDelivery(
  world: World,
  event: Extract<Event, { delivery: number }>,
  row: Rows,
): Promise<void> {
  const { worker } = world;
  if (event.kind === 'expire') await expire(worker, row);
  else if (event.kind === 'undo') {
    const was = world.undo[event.delivery]?.pop();
    if (was) await undo(worker.pool, row, was);
  } else if (event.kind === 'loseThree') {
    const others = world.rows.filter((one) => one !== row).map(({ webhookId }) => webhookId);
    for (let nth = 0; nth < 3; nth += 1) {
      await claimed(worker.queue, 1, others);
      await expire(worker, row);
    }
  } else await change(worker, row, event.kind);
}

async function expire({ pool, queue }: WorkerQueue, row: Rows): Promise<void> {
  await age(pool, row);
  await queue.endLost();
}

async function toAll({ worker, rows }: World, kind: 'wait' | 'rescue' | 'release'): Promise<void> {
  if (kind === 'rescue') return rescueOverdue({ ...worker, liveJobs: LIVE_JOBS });
  if (kind === 'release') return releaseHeld(worker);
  for (const row of rows) await pass(worker.pool, row);
}
