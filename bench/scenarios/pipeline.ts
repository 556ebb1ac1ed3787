import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { now, reached } from '../clock.ts';
import { less, more, p50p99 } from '../figures.ts';
import { postAll } from '../load.ts';
import { heldMemory, peakMemory, startMeter } from '../meter.ts';
import { hasPending } from '../rows.ts';
import { startStorageMeter } from '../storage.ts';
import type { Scenario } from '../trial.ts';

export const pipeline: Scenario = {
  summary: 'POST over several connections while a worker delivers, until all is settled',
  async run(trial) {
    const { sizes, progress, receiver, pool } = trial;
    await trial.migrate();
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    const ids = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    const draft = inTurn(ids, trial.payload);
    const arrived = async () => (await receiver.counts('fast')).arrived;

    /** POSTs `count`, and waits until `total` have arrived. @returns undefined: not in time. */
    const pass = async (count: number, total: number) => {
      const posted = await postAll(
        server.url,
        { count, connections: sizes.connections, draft },
        (done) => progress.tick(`${done} of ${count}`),
      );
      const deadline = trial.deadline();
      const all = await reached(async () => (await arrived()) >= total, deadline);
      const settled = all && (await reached(async () => !(await hasPending(pool, ids)), deadline));
      return { posted, endedAt: settled };
    };

    progress.step(`${sizes.warmup} POSTs to warm up, then ${sizes.backlog}`);
    await pass(sizes.warmup, sizes.warmup);
    const parts = trial.parts({ server, workers });
    const storage = await startStorageMeter(pool);
    const cpu = startMeter(parts);
    const startedAt = now();
    const total = sizes.warmup + sizes.backlog;
    const { posted, endedAt } = await pass(sizes.backlog, total);
    const used = [...cpu(sizes.backlog), ...(await storage(sizes.backlog))];
    const held = heldMemory(parts);

    const measured = (await receiver.arrivals('fast')).filter(({ sentAt }) => sentAt >= startedAt);
    return {
      figures: [
        more('rate', measured.length / (((endedAt ?? now()) - startedAt) / 1000), '/s'),
        ...p50p99('POST', posted.latenciesMs),
        ...p50p99(
          'POST to arrival',
          measured.map(({ sentAt, at }) => at - sentAt),
        ),
        ...used,
        ...held,
        ...peakMemory(parts),
        less('sent again', (await receiver.counts('fast')).repeats, ''),
      ],
      notes:
        endedAt === undefined
          ? [`Cut short after ${sizes.limit} s: ${(await arrived()) - sizes.warmup} had arrived.`]
          : [],
    };
  },
};
