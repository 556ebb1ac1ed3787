import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { expireLeases } from '../setup/leases.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';

const SENDS = 100;

test('a worker is killed with 100 sends in flight → all are delivered by the next one, each recorded once', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  // The first 100 requests are never answered: their sender dies first.
  const receiver = await startReceiver(t, (_request, response, number) => {
    if (number > SENDS) response.end('ok');
  });
  const ids = [];
  for (let i = 0; i < SENDS; i += 1) {
    const webhook = await api.createWebhook({ url: `${receiver.url}/${i}`, delivery_attempt_timeout: 60 });
    ids.push((await api.createDelivery(webhook.id, `delivery ${i}`)).id);
  }

  const first = postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: database.url } });
  await receiver.count(SENDS);
  await first.end('SIGKILL');
  postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: database.url } });
  await expireLeases(database.pool);

  await until('all succeeded', async () => {
    const { rows } = await database.pool.query<{ n: string }>(`select count(*) as n from deliveries where status = 'succeeded'`);
    return Number(rows[0]?.n) === SENDS;
  });
  const { rows: attempts } = await database.pool.query<{ id: string }>('select delivery_id as id from delivery_attempts');
  assert.deepEqual(attempts.map(({ id }) => id).toSorted(), ids.toSorted());
  const bodies = Map.groupBy(receiver.received, ({ body }) => body);
  assert.equal(bodies.size, SENDS);
  for (const [body, requests] of bodies) assert.equal(requests.length, 2, `${body}: once by each worker`);
});
