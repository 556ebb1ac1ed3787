import { now, reached, within } from './clock.ts';
import { grouped, less, more, p50p99, type Figure, type Outcome } from './figures.ts';
import { postAll } from './load.ts';
import { peakMemory, startMeter } from './meter.ts';
import type { Arrivals } from './receiver.ts';
import { hasPending } from './rows.ts';
import type { Service } from './service.ts';
import type { Trial } from './trial.ts';

/** POSTs `count` deliveries in turn to the webhooks. */
export async function acceptBacklog(
  trial: Trial,
  server: Service,
  { webhookIds, count }: { webhookIds: string[]; count: number },
): Promise<Figure[]> {
  const { progress, sizes, payload } = trial;
  progress.step(`POST of ${grouped(count)} deliveries`);
  const parts = trial.parts({ server });
  const cpu = startMeter(parts);
  const { latenciesMs, seconds } = await postAll(
    server.url,
    { count, connections: sizes.connections, draft: inTurn(webhookIds, payload) },
    (done) => progress.tick(`${done} of ${count}`),
  );
  return [
    more('accepted', count / seconds, '/s'),
    ...p50p99('POST', latenciesMs),
    ...cpu(count).map(whileAccepting),
  ];
}

/** Drafts for one webhook after the other. */
export function inTurn(webhookIds: string[], payload: () => string) {
  let turn = 0;
  return () => ({ webhookId: webhookIds[turn++ % webhookIds.length] ?? '', payload: payload() });
}

const whileAccepting = (figure: Figure): Figure =>
  figure.name.startsWith('PostgreSQL') ? { ...figure, name: `${figure.name}, accepting` } : figure;

/**
 * Starts workers on a backlog of `count` deliveries and waits until all are settled. Counted from
 * the first arrival, so that the start of a process is told apart.
 */
export async function drainBacklog(
  trial: Trial,
  webhookIds: string[],
  count: number,
): Promise<Outcome> {
  const { progress, receiver, pool } = trial;
  progress.step(`drain of ${grouped(count)} deliveries`);
  const startedAt = now();
  const workers = await trial.startWorkers();
  const deadline = trial.deadline();
  const firstAt = await firstArrival(trial, workers, deadline);
  const parts = trial.parts({ workers });
  const cpu = startMeter(parts);

  const arrived = async () => (await receiver.counts('fast')).arrived;
  const all = await reached(async () => {
    const done = await arrived();
    progress.tick(`${done} of ${count}`);
    return done >= count;
  }, deadline);
  // Only now: while deliveries are sent, nobody but the service asks the database.
  const settledAt =
    all && (await reached(async () => !(await hasPending(pool, webhookIds)), deadline, 10));

  const arrivals = await receiver.arrivals('fast');
  const seconds = ((settledAt ?? now()) - firstAt) / 1000;
  const { repeats } = await receiver.counts('fast');
  return {
    figures: [
      more('rate', arrivals.length / seconds, '/s'),
      less('worker start to first arrival', firstAt - startedAt, 'ms'),
      less('longest pause between arrivals', longestPause(arrivals), 'ms'),
      ...cpu(arrivals.length),
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
