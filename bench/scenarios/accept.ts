import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { less, more, p50p99 } from '../figures.ts';
import { postAll } from '../load.ts';
import { peakMemory, startMeter } from '../meter.ts';
import { countWithoutJob } from '../rows.ts';
import { startStorageMeter } from '../storage.ts';
import type { Scenario } from '../trial.ts';

export const accept: Scenario = {
  summary: 'POST /v1/deliveries over several connections; no worker runs',
  async run(trial) {
    const { sizes, progress } = trial;
    await trial.migrate();
    const server = await trial.startServer();
    const draft = inTurn(
      await createWebhooks(server.url, trial.receiver, healthy(sizes.webhooks)),
      trial.payload,
    );

    progress.step(`${sizes.warmup} POSTs to warm up, then ${sizes.requests}`);
    const post = (count: number) =>
      postAll(server.url, { count, connections: sizes.connections, draft }, (done) =>
        progress.tick(`${done} of ${count}`),
      );
    await post(sizes.warmup);
    const parts = trial.parts({ server });
    const storage = await startStorageMeter(trial.pool);
    const cpu = startMeter(parts);
    const { latenciesMs, seconds } = await post(sizes.requests);
    const used = cpu(sizes.requests);
    const stored = await storage(sizes.requests);

    const withoutJob = await countWithoutJob(trial.pool);
    return {
      figures: [
        more('accepted', sizes.requests / seconds, '/s'),
        ...p50p99('POST', latenciesMs),
        ...used,
        ...stored,
        ...peakMemory(parts),
        less('accepted without a job', withoutJob, ''),
      ],
      notes:
        withoutJob === undefined
          ? ['No pg-boss queue here: whether each delivery has a job was not looked at.']
          : [],
    };
  },
};
