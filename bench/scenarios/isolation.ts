import { createWebhooks, healthy, troubled } from '../api.ts';
import { acceptBacklog, firstArrival } from '../backlog.ts';
import { now, reached } from '../clock.ts';
import { less, p50p99, type Outcome } from '../figures.ts';
import { peakMemory, startMeter } from '../meter.ts';
import type { Endpoint } from '../receiver.ts';
import type { Service } from '../service.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';

export const isolationBurst: Scenario = {
  summary: 'deliveries to one hanging endpoint in front of as many healthy ones',
  async run(trial) {
    const { sizes, receiver, progress } = trial;
    await trial.migrate();
    const server = await trial.startServer();
    const hanging = await createWebhooks(server.url, receiver, troubled(1, 'hang'));
    const others = await createWebhooks(server.url, receiver, healthy(1));
    await acceptBacklog(trial, server, { webhookIds: hanging, count: sizes.burst });
    await acceptBacklog(trial, server, { webhookIds: others, count: sizes.burst });

    progress.step('drain');
    const workers = await trial.startWorkers();
    const deadline = trial.deadline();
    const firstAt = await firstArrival(trial, workers, deadline);
    const parts = trial.parts({ workers });
    const cpu = startMeter(parts);
    const complete = await reached(
      async () => (await receiver.counts('fast')).arrived >= sizes.burst,
      deadline,
    );
    const waited = (await receiver.arrivals('fast')).map(({ at }) => at - firstAt);
    const cutAt = now() - firstAt;
    // Those that are missing count with the time that they have waited.
    const healthyMs = [
      ...waited,
      ...Array.from({ length: sizes.burst - waited.length }, () => cutAt),
    ];
    return {
      figures: [
        less('last healthy arrival after', (healthyMs.at(-1) ?? cutAt) / 1000, 's'),
        ...p50p99('healthy arrival after', healthyMs),
        ...cpu(waited.length + (await receiver.counts('hang')).arrived),
        ...peakMemory(parts),
      ],
      notes:
        complete === undefined
          ? [
              `Cut short after ${sizes.limit} s, with ${waited.length} of ${sizes.burst} healthy ones delivered.`,
            ]
          : [],
    };
  },
};

export const isolationHanging: Scenario = {
  summary: 'steady healthy traffic beside the backlogs of many endpoints that never answer',
  run: (trial) => besideTroubled(trial, 'hang'),
};

export const isolationSlow: Scenario = {
  summary: 'the same beside endpoints that answer after 4 s',
  run: (trial) => besideTroubled(trial, 'slow/4000'),
};

export const isolationBusy: Scenario = {
  summary:
    'the same from the first moment, beside endpoints that answer just before they count as slow',
  async run(trial) {
    const { sizes } = trial;
    const beside = await openBeside(trial, {
      count: sizes.busy,
      endpoint: 'slow/900',
      backlog: sizes.busy * sizes['busy-backlog'],
    });
    return measureBeside(trial, beside, await trial.startWorkers());
  },
};

const FEW_SLOTS = { POSTMAND_WORKER_CONCURRENCY: '10' };

export const isolationStrangers: Scenario = {
  summary:
    'the same beside many endpoints that hang, on a worker with few slots, which is then killed and started again',
  async run(trial) {
    const { sizes } = trial;
    const beside = await openBeside(trial, {
      count: sizes.strangers,
      endpoint: 'hang',
      backlog: sizes.strangers * 5,
    });
    const workers = await trial.startWorkers(FEW_SLOTS);
    const first = await measureBeside(trial, beside, workers);
    for (const { pid } of workers) process.kill(pid, 'SIGKILL');
    const second = await measureBeside(trial, beside, await trial.startWorkers(FEW_SLOTS));
    const again = second.figures.map((figure) => ({
      ...figure,
      name: `${figure.name}, after a restart`,
    }));
    return { figures: [...first.figures, ...again], notes: [...first.notes, ...second.notes] };
  },
};

type Beside = { server: Service; others: string[] };

/** A server, healthy webhooks, and others with a backlog each. */
async function openBeside(
  trial: Trial,
  { count, endpoint, backlog }: { count: number; endpoint: Endpoint; backlog: number },
): Promise<Beside> {
  const { sizes, receiver } = trial;
  await trial.migrate();
  const server = await trial.startServer();
  const slow = await createWebhooks(server.url, receiver, troubled(count, endpoint));
  const others = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
  await acceptBacklog(trial, server, { webhookIds: slow, count: backlog });
  return { server, others };
}

/** Every trip counts, the first ones too. */
async function measureBeside(
  trial: Trial,
  { server, others }: Beside,
  workers: Service[],
): Promise<Outcome> {
  const { sizes, progress } = trial;
  await Promise.all(workers.map(({ ready }) => ready));
  progress.step(`${sizes.rate} healthy deliveries a second for ${sizes.seconds} s`);
  const cpu = startMeter(trial.parts({ server, workers }));
  const startedAt = now();
  const { trips, notes } = await steadyTrips(trial, server.url, {
    webhookIds: others,
    isOver: () => now() > startedAt + sizes.seconds * 1000,
  });
  const ms = trips.map((trip) => trip.ms);
  return {
    figures: [
      ...p50p99('healthy: POST to arrival', ms),
      less('the longest', Math.max(...ms), 'ms'),
      ...cpu(trips.length),
    ],
    notes,
  };
}

/**
 * The first trips are left out: an endpoint has to be slow for a while before anybody can know that
 * it is.
 */
const SETTLING_MS = 2000;

async function besideTroubled(trial: Trial, endpoint: Endpoint) {
  const { sizes, receiver, progress } = trial;
  await trial.migrate();
  const server = await trial.startServer();
  const slow = await createWebhooks(server.url, receiver, troubled(sizes.troubled, endpoint));
  const others = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
  await acceptBacklog(trial, server, {
    webhookIds: slow,
    count: sizes.troubled * sizes['troubled-backlog'],
  });

  const workers = await trial.startWorkers();
  await firstArrival(trial, workers, trial.deadline());
  progress.step(`${sizes.rate} healthy deliveries a second for ${sizes.seconds} s`);
  const parts = trial.parts({ server, workers });
  const cpu = startMeter(parts);
  const startedAt = now();
  const { trips, notes } = await steadyTrips(trial, server.url, {
    webhookIds: others,
    isOver: () => now() > startedAt + sizes.seconds * 1000,
  });
  const settled = trips.filter(({ sentAt }) => sentAt > startedAt + SETTLING_MS);
  const troubles = await receiver.counts(endpoint === 'hang' ? 'hang' : 'slow');
  return {
    figures: [
      ...p50p99(
        'healthy: POST to arrival',
        settled.map(({ ms }) => ms),
      ),
      ...cpu(trips.length + troubles.arrived),
      ...peakMemory(parts),
    ],
    notes,
  };
}
