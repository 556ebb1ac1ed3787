import { now, reached, within } from './clock.ts';
import { grouped, less, more, p50p99, type Figure, type Outcome } from './figures.ts';
import { postAll, type Draft } from './load.ts';
import { peakMemory, startMeter } from './meter.ts';
import type { Arrivals } from './receiver.ts';
import { hasPending } from './rows.ts';
import type { Service } from './service.ts';
import { startStorageMeter } from './storage.ts';
import type { Trial } from './trial.ts';

/** `keys`: the deliveries have as many ordering keys, in turn; 0: they have none. */
type Backlog = { webhookIds: string[]; count: number; keys?: number; connections?: number };

/** POSTs `count` deliveries in turn to the webhooks. */
export async function acceptBacklog(
  trial: Trial,
  server: Service,
  { webhookIds, count, keys = 0, connections = trial.sizes.connections }: Backlog,
): Promise<Figure[]> {
  const { progress, payload } = trial;
  progress.step(`POST of ${grouped(count)} deliveries`);
  const storage = await startStorageMeter(trial.pool);
  const cpu = startMeter(trial.parts({ server }));
  const { latenciesMs, seconds } = await postAll(
    server.url,
    { count, connections, draft: inTurn(webhookIds, payload, keys) },
    (done) => progress.tick(`${done} of ${count}`),
  );
  return [
    more('accepted', count / seconds, '/s'),
    ...p50p99('POST', latenciesMs),
    ...[...cpu(count), ...(await storage(count))].map(whileAccepting),
  ];
}

/** Drafts for one webhook after the other, and with one ordering key after the other if any. */
export function inTurn(webhookIds: string[], payload: () => string, keys = 0): () => Draft {
  let turn = -1;
  return () => {
    turn += 1;
    const webhookId = webhookIds[turn % webhookIds.length] ?? '';
    const key = keys > 0 ? { orderingKey: `key ${turn % keys}` } : {};
    return { webhookId, payload: payload(), ...key };
  };
}

/** What has the same name while the workers drain. */
const whileAccepting = (figure: Figure): Figure =>
  figure.name.startsWith('server') ? figure : { ...figure, name: `${figure.name}, accepting` };

/** `group`: the one of the receiver's in which they arrive; `settings`: those of the workers. */
type Drained = {
  webhookIds: string[];
  count: number;
  group?: string;
  settings?: Record<string, string>;
};

/**
 * Starts workers on a backlog of `count` deliveries and waits until all are settled. Counted from
 * the first arrival, so that the start of a process is told apart. The workers go on.
 */
export async function drainBacklog(
  trial: Trial,
  { webhookIds, count, group = 'fast', settings = {} }: Drained,
): Promise<Outcome & { workers: Service[] }> {
  const { progress, receiver, pool } = trial;
  progress.step(`drain of ${grouped(count)} deliveries`);
  const storage = await startStorageMeter(pool);
  const startedAt = now();
  const workers = await trial.startWorkers(settings);
  const deadline = trial.deadline();
  const firstAt = await firstArrival(trial, workers, deadline);
  const parts = trial.parts({ workers });
  const cpu = startMeter(parts);

  const arrived = async () => (await receiver.counts(group)).arrived;
  const all = await reached(async () => {
    const done = await arrived();
    progress.tick(`${done} of ${count}`);
    return done >= count;
  }, deadline);
  // Only now: while deliveries are sent, nobody but the service asks the database.
  const settledAt =
    all && (await reached(async () => !(await hasPending(pool, webhookIds)), deadline, 10));

  const arrivals = await receiver.arrivals(group);
  const seconds = ((settledAt ?? now()) - firstAt) / 1000;
  const { repeats } = await receiver.counts(group);
  return {
    workers,
    figures: [
      more('rate', arrivals.length / seconds, '/s'),
      less('worker start to first arrival', firstAt - startedAt, 'ms'),
      less('longest pause between arrivals', longestPause(arrivals), 'ms'),
      ...cpu(arrivals.length),
      ...(await storage(arrivals.length)),
      ...peakMemory(parts),
      less('sent again', repeats, ''),
    ],
    notes:
      settledAt === undefined
        ? [`Cut short after ${trial.sizes.limit} s, with ${arrivals.length} of ${count} delivered.`]
        : [],
  };
}

/**
 * The time of the first arrival. @throws where a worker does not start, or nothing arrives before
 * `deadline`.
 */
export async function firstArrival(
  { receiver }: Trial,
  workers: Service[],
  deadline: number,
): Promise<number> {
  const fails = workers.map(({ ready }) => ready.then(() => new Promise<never>(() => {})));
  const at = await within(Promise.race([receiver.first(), ...fails]), deadline - now());
  if (at === undefined) throw new Error('Nothing arrived.');
  return at;
}

function longestPause(arrivals: Arrivals): number {
  return arrivals.reduce(
    (longest, { at }, i) => Math.max(longest, at - (arrivals[i - 1]?.at ?? at)),
    0,
  );
}
