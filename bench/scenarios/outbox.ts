import type { PoolClient } from 'pg';
import { createWebhooks, healthy } from '../api.ts';
import { inTurn } from '../backlog.ts';
import { now, reached, sleep } from '../clock.ts';
import { less, p50p99 } from '../figures.ts';
import { heldMemory, startMeter } from '../meter.ts';
import type { Scenario, Trial } from '../trial.ts';

export const outbox: Scenario = {
  summary: 'one transaction of an application at a time to an idle service, until arrival',
  async run(trial) {
    const { sizes, receiver, pool } = trial;
    await trial.migrate();
    const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
    await Promise.all(workers.map(({ ready }) => ready));
    const webhookIds = await createWebhooks(server.url, receiver, healthy(sizes.webhooks));
    const draft = inTurn(webhookIds, trial.payload);
    const parts = trial.parts({ server, workers });
    const cpu = startMeter(parts);

    const client = await pool.connect();
    const polled = await commitEach(trial, client, draft);
    await client.query('set postmand.notify = on');
    const notified = await commitEach(trial, client, draft);
    client.release(true);

    const used = [...cpu(2 * sizes.posts), ...heldMemory(parts)];
    const waits = (await receiver.arrivals('fast')).map(({ sentAt, at }) => at - sentAt);
    return {
      figures: [
        ...p50p99('transaction to arrival', waits.slice(0, sizes.posts)),
        ...p50p99('the same with postmand.notify', waits.slice(sizes.posts)),
        ...p50p99('transaction', polled),
        ...p50p99('transaction with postmand.notify', notified),
        less('sent again', (await receiver.counts('fast')).repeats, ''),
        ...used,
      ],
      notes:
        waits.length < 2 * sizes.posts
          ? [`Cut short: ${waits.length} of ${2 * sizes.posts} had arrived.`]
          : [],
    };
  },
};

/** Enqueues each delivery in a transaction of its own, until all have arrived. */
async function commitEach(
  { sizes, receiver, progress, ...trial }: Trial,
  client: PoolClient,
  draft: () => { webhookId: string; payload: string },
): Promise<number[]> {
  const before = (await receiver.counts('fast')).arrived;
  const tookMs: number[] = [];
  progress.step(`${sizes.posts} transactions`);
  while (tookMs.length < sizes.posts) {
    const { webhookId, payload } = draft();
    const startedAt = now();
    await client.query('begin');
    await client.query('select postmand.enqueue($1, $2)', [webhookId, payload]);
    await client.query('commit');
    tookMs.push(now() - startedAt);
    progress.tick(`${tookMs.length} of ${sizes.posts}`);
    // Not for the arrival: that would lock us to the rhythm of who polls.
    await sleep(20 + Math.random() * 40);
  }
  const arrived = async () => (await receiver.counts('fast')).arrived >= before + sizes.posts;
  await reached(arrived, trial.deadline());
  return tookMs;
}
