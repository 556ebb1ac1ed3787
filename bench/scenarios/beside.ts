import { createWebhooks, healthy, troubled } from '../api.ts';
import { measureClaims } from '../claims.ts';
import { now, sleep } from '../clock.ts';
import { less, percentile, p50p99, type Figure, type Outcome } from '../figures.ts';
import { startMeter } from '../meter.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';
import { insertBacklog, insertRetries } from '../waiting.ts';

/** Steady healthy traffic, alone and then beside much that waits, in the same processes. */

export const isolationDead: Scenario = {
  summary:
    'steady healthy traffic, alone and then beside one endpoint that never answers and has a long backlog',
  run: (trial) =>
    aloneAndBeside(trial, async (url) => {
      const [webhookId = ''] = await createWebhooks(url, trial.receiver, troubled(1, 'hang'));
      await insertBacklog(trial, { webhookId, count: trial.sizes['dead-backlog'] });
      return [webhookId];
    }),
};

/** Some of them come due all the time. */
const RETRIES_DUE_IN: [number, number] = [0, 6 * 3600];

export const waitingRetries: Scenario = {
  summary:
    'steady healthy traffic, alone and then beside retries that are spread over the next six hours',
  run: (trial) =>
    aloneAndBeside(trial, async (url) => {
      const { sizes, receiver } = trial;
      const webhookIds = await createWebhooks(url, receiver, troubled(sizes.webhooks, 'fast'));
      await insertRetries(trial, { webhookIds, count: sizes.retries, dueIn: RETRIES_DUE_IN });
      return [];
    }),
};

/** The first seconds of a process, and those after the tables were filled, are left out. */
const WARMUP_MS = 3000;

/** `fill` puts in what waits. @returns webhooks of which a worker would claim nothing. */
async function aloneAndBeside(
  trial: Trial,
  fill: (url: string) => Promise<string[]>,
): Promise<Outcome> {
  const { sizes, receiver, progress } = trial;
  await trial.migrate();
  const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
  await Promise.all(workers.map(({ ready }) => ready));
  const webhookIds = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
  const measure = async () => {
    progress.step(`${sizes.rate} healthy deliveries a second for ${sizes.seconds} s`);
    const startedAt = now() + WARMUP_MS;
    const isOver = () => now() > startedAt + sizes.seconds * 1000;
    const meter = startMeter(trial.parts({ server, workers }));
    const { trips, notes } = await steadyTrips(trial, server.url, { webhookIds, isOver });
    const ms = trips.filter(({ sentAt }) => sentAt > startedAt).map((trip) => trip.ms);
    return { ms, notes, cpu: meter(trips.length) };
  };

  const alone = await measure();
  const leftOut = await fill(server.url);
  const beside = await measure();
  await sleep(1000);
  const claims = await measureClaims(trial, leftOut);
  return {
    figures: [
      ...p50p99('alone: POST to arrival', alone.ms),
      ...p50p99('beside: POST to arrival', beside.ms),
      growth('growth of p50', [alone.ms, beside.ms], 0.5),
      growth('growth of p99', [alone.ms, beside.ms], 0.99),
      ...named('alone', alone.cpu),
      ...named('beside', beside.cpu),
      ...claims,
    ],
    notes: [...new Set([...alone.notes, ...beside.notes])],
  };
}

function growth(name: string, [before, after]: [number[], number[]], share: number): Figure {
  const [low, high] = [percentile(before, share), percentile(after, share)];
  return less(name, low && high && high / low, '×');
}

const named = (prefix: string, figures: Figure[]): Figure[] =>
  figures.map((figure) => ({ ...figure, name: `${prefix}: ${figure.name}` }));
