import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { expireLeases } from '../setup/leases.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';

const DELIVERIES = 200;
const POISON = 'delivery 77';

test('one payload among 200 on which workers die → it ends as a recorded failure, the other 199 are delivered', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  let worker: Command | undefined;
  let deaths = 0;
  // A worker that sends the poison is killed the moment it arrives.
  const receiver = await startReceiver(t, ({ body }, response) => {
    if (body !== POISON) return void response.end('ok');
    deaths += 1;
    worker?.process.kill('SIGKILL');
  });
  const webhooks = await Promise.all(Array.from({ length: 10 }, (_, i) => api.createWebhook({ url: `${receiver.url}/${i}` })));
  const ids = [];
  for (let i = 0; i < DELIVERIES; i += 1) ids.push((await api.createDelivery(webhooks[i % 10]?.id ?? '', `delivery ${i}`)).id);
  const poison = ids[77] ?? '';

  const pending = async () =>
    (await database.pool.query<{ n: string }>(`select count(*) as n from deliveries where status = 'pending'`)).rows[0]?.n !== '0';
  while (await pending()) {
    assert.ok(deaths < 10, 'workers die on and on');
    worker = postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: database.url } });
    await until('the worker died, or there is nothing left', async () => worker?.process.signalCode !== null || !(await pending()), 60_000);
    await expireLeases(database.pool);
  }

  const failed = await api.delivery(poison);
  assert.equal(failed.status, 'failed');
  const [attempt, ...more] = await api.attempts(poison);
  assert.deepEqual(more, []);
  assert.match(attempt?.error ?? '', /^the worker died 5 times while sending this/);
  assert.equal(deaths, 5);
  const { rows } = await database.pool.query<{ status: string; n: string }>('select status, count(*) as n from deliveries group by status');
  assert.deepEqual(Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)])), { succeeded: DELIVERIES - 1, failed: 1 });
});
