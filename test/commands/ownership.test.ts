import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sized } from '../faults/intensity.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';

const DELIVERIES = sized(4000, 10_000);

test('three workers share thousands of deliveries → no delivery is ever held by two at a time, and each is sent once', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  const open = new Set<string>();
  const overlaps: string[] = [];
  const receiver = await startReceiver(t, ({ body }, response) => {
    if (open.has(body)) overlaps.push(body);
    open.add(body);
    // Long enough to notice a second owner.
    setTimeout(() => {
      open.delete(body);
      response.end('ok');
    }, 5);
  });
  const webhooks = await Promise.all(
    Array.from({ length: 20 }, (_, i) => api.createWebhook({ url: `${receiver.url}/${i}` })),
  );
  let next = 0;
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let i = next++; i < DELIVERIES; i = next++)
        await api.createDelivery(webhooks[i % webhooks.length]?.id ?? '', `delivery ${i}`);
    }),
  );

  const workers = [1, 2, 3].map(() =>
    postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: database.url } }),
  );
  await until(
    'all succeeded',
    async () => {
      const { rows } = await database.pool.query(
        `select 1 from deliveries where status = 'pending' limit 1`,
      );
      return rows.length === 0;
    },
    90_000,
  );
  for (const worker of workers) assert.equal((await worker.end()).code, 0);

  assert.deepEqual(overlaps, []);
  assert.equal(receiver.received.length, DELIVERIES);
  const { rows } = await database.pool.query<{
    deliveries: string;
    attempts: string;
    most: number;
    jobs: string;
  }>(
    `select (select count(*) from deliveries where status = 'succeeded') as deliveries,
       (select count(*) from delivery_attempts) as attempts,
       (select max(delivery_attempts) from deliveries) as most,
       (select count(*) from postmand_queue.job where name = 'deliveries') as jobs`,
  );
  assert.deepEqual(rows, [
    { deliveries: String(DELIVERIES), attempts: String(DELIVERIES), most: 1, jobs: '0' },
  ]);
  const busy = workers.filter(({ lines }) =>
    lines.some(({ event }) => event === 'delivery.attempted'),
  );
  assert.equal(busy.length, 3, 'all three took part');
});
