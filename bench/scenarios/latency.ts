import { Agent } from 'node:http';
import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { now, reached, sleep } from '../clock.ts';
import { less, p50p99 } from '../figures.ts';
import { call, isSuccess } from '../http.ts';
import { postOf } from '../load.ts';
import { heldMemory, peakMemory, startMeter } from '../meter.ts';
import type { Scenario } from '../trial.ts';

export const latency: Scenario = {
  summary: 'one POST at a time to an idle service, until arrival at the receiver',
  async run(trial) {
    const { sizes, progress, receiver } = trial;
    await trial.migrate();
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    const draft = inTurn(
      await createWebhooks(server.url, receiver, healthy(sizes.webhooks)),
      trial.payload,
    );
    const agent = new Agent({ keepAlive: true });
    const deadline = trial.deadline();

    progress.step(`${sizes.posts} single POSTs`);
    const parts = trial.parts({ server, workers });
    const cpu = startMeter(parts);
    const answersMs: number[] = [];
    while (answersMs.length < sizes.posts && now() < deadline) {
      const sentAt = now();
      const { status, text } = await call(agent, postOf(server.url, draft()));
      if (!isSuccess(status)) throw new Error(`POST /v1/deliveries: ${status} ${text}`);
      answersMs.push(now() - sentAt);
      progress.tick(`${answersMs.length} of ${sizes.posts}`);
      // Not for the arrival: that would lock us to the rhythm of one that polls.
      await sleep(20 + Math.random() * 40);
    }
    agent.destroy();
    await reached(
      async () => (await receiver.counts('fast')).arrived >= answersMs.length,
      trial.deadline(),
    );
    const used = [...cpu(answersMs.length), ...heldMemory(parts)];

    const arrivals = await receiver.arrivals('fast');
    const missing = answersMs.length - arrivals.length;
    return {
      figures: [
        ...p50p99(
          'POST to arrival',
          arrivals.map(({ sentAt, at }) => at - sentAt),
        ),
        ...p50p99('POST to its answer', answersMs),
        less('sent again', (await receiver.counts('fast')).repeats, ''),
        ...used,
        ...peakMemory(parts),
      ],
      notes:
        missing > 0
          ? [
              `Cut short: ${missing} of ${answersMs.length} had not arrived after ${sizes.limit} s more.`,
            ]
          : [],
    };
  },
};
