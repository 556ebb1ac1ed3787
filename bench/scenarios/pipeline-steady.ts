import { createWebhooks, healthy } from '../api.ts';
import { now } from '../clock.ts';
import { less, more, p50p99 } from '../figures.ts';
import { heldMemory, startMeter } from '../meter.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario } from '../trial.ts';

/** The first seconds of a process are left out: its code is compiled in them. */
const WARMUP_MS = 3000;

export const pipelineSteady: Scenario = {
  summary: 'POST at a fixed rate while a worker delivers: a load that leaves the machine room',
  async run(trial) {
    const { sizes, progress, receiver } = trial;
    const perSecond = sizes['steady-rate'];
    await trial.migrate();
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    const webhookIds = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    const traffic = (seconds: number) => {
      const endsAt = now() + seconds * 1000;
      return steadyTrips(trial, server.url, {
        ...{ webhookIds, perSecond },
        isOver: () => now() > endsAt,
      });
    };

    progress.step(`${perSecond} POSTs a second for ${sizes.seconds} s`);
    await traffic(WARMUP_MS / 1000);
    const parts = trial.parts({ server, workers });
    const cpu = startMeter(parts);
    const startedAt = now();
    const { trips, notes } = await traffic(sizes.seconds);
    const seconds = (now() - startedAt) / 1000;
    return {
      figures: [
        more('rate', trips.length / seconds, '/s'),
        ...p50p99(
          'POST to arrival',
          trips.map(({ ms }) => ms),
        ),
        ...cpu(trips.length),
        ...heldMemory(parts),
        less('sent again', (await receiver.counts('fast')).repeats, ''),
      ],
      notes,
    };
  },
};
