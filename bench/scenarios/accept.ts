import { randomUUID } from 'node:crypto';
import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { less, more, p50p99 } from '../figures.ts';
import { postEach, postOf } from '../load.ts';
import { peakMemory, startMeter } from '../meter.ts';
import { countWithoutJob } from '../rows.ts';
import { startStorageMeter } from '../storage.ts';
import type { Scenario, Trial } from '../trial.ts';

export const accept: Scenario = {
  summary: 'POST /v1/deliveries over several connections; no worker runs',
  run: (trial) => runAccept(trial, {}),
};

export const acceptKeys: Scenario = {
  summary: 'the same, with an Idempotency-Key each',
  run: (trial) => runAccept(trial, { keys: true }),
};

async function runAccept(trial: Trial, { keys }: { keys?: boolean }): ReturnType<Scenario['run']> {
  const { sizes, progress } = trial;
  await trial.migrate();
  const server = await trial.startServer();
  const draft = inTurn(
    await createWebhooks(server.url, trial.receiver, healthy(sizes.webhooks)),
    trial.payload,
  );

  progress.step(`${sizes.warmup} POSTs to warm up, then ${sizes.requests}`);
  const post = (count: number) =>
    postEach(
      {
        count,
        connections: sizes.connections,
        next: () => {
          const one = postOf(server.url, draft());
          return keys ? { ...one, headers: { 'Idempotency-Key': randomUUID() } } : one;
        },
      },
      (done) => progress.tick(`${done} of ${count}`),
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
}
