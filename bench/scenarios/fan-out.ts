import { createWebhooks, healthy } from '../api.ts';
import { more, p50p99 } from '../figures.ts';
import { postEach, type Post } from '../load.ts';
import { peakMemory, startMeter } from '../meter.ts';
import { marksOf } from '../payload.ts';
import { startStorageMeter } from '../storage.ts';
import type { Scenario, Trial } from '../trial.ts';

const TYPE = 'order.paid';

export const fanOut: Scenario = {
  summary: 'POST /v1/events, each for 1,000 webhooks: one after the other, then 4 at a time',
  async run(trial) {
    const { sizes, progress } = trial;
    await trial.migrate();
    const server = await trial.startServer();
    await createWebhooks(server.url, trial.receiver, healthy(sizes.subscribers));
    await trial.pool.query('insert into event_types (name) values ($1)', [TYPE]);
    await trial.pool.query('update webhooks set event_types = array[$1]', [TYPE]);
    const post = (count: number, connections: number) =>
      postEach({ count, connections, next: () => eventOf(server.url, trial) }, (done) =>
        progress.tick(`${done} of ${count}`),
      );
    progress.step(`${sizes.events} events one after the other, after 5 to warm up`);
    await post(5, 1);
    const alone = await post(sizes.events, 1);
    progress.step(`${sizes.events} events, 4 at a time`);
    const parts = trial.parts({ server });
    const storage = await startStorageMeter(trial.pool);
    const cpu = startMeter(parts);
    const { latenciesMs, seconds } = await post(sizes.events, 4);
    const count = sizes.events * sizes.subscribers;
    return {
      figures: [
        ...p50p99('event, alone', alone.latenciesMs),
        more('deliveries stored, 4 events at a time', count / seconds, '/s'),
        ...p50p99('event, 4 at a time', latenciesMs),
        ...cpu(count),
        ...(await storage(count)),
        ...peakMemory(parts),
      ],
      notes: [],
    };
  },
};

function eventOf(url: string, { payload }: Trial): Post {
  const text = payload();
  const marks = marksOf(text);
  if (marks === undefined) throw new Error(`No marks in ${text}`);
  const body = JSON.stringify({ type: TYPE, payload: text });
  return { method: 'POST', url: `${url}/v1/events`, body, marks };
}
