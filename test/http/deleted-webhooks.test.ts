import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startApi, startWorkerHere, type Api } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { lastFirst } from '../setup/last-first.ts';
import { addAttemptRows, addDeliveryRows } from '../setup/rows.ts';

suite('a webhook deleted', { concurrency: 4 }, () => {
  test('a webhook without deliveries deleted → its row is gone at once', async (context) => {
    const t = lastFirst(context);
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook();
    assert.equal((await api.call('DELETE', `/webhooks/${id}`)).status, 204);
    assert.equal(await rowsOf(database, 'webhooks'), 0);
  });

  test('a webhook with a few deliveries deleted → they and their attempts are gone with the answer, others stay', async (context) => {
    const t = lastFirst(context);
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const [doomed, other] = [await api.createWebhook(), await api.createWebhook()];
    for (const { id } of [doomed, other]) {
      const delivery = await api.createDelivery(id);
      await addAttemptRows(database.pool, [{ webhookId: id, deliveryId: delivery.id }]);
    }
    assert.equal((await api.call('DELETE', `/webhooks/${doomed.id}`)).status, 204);
    for (const table of ['webhooks', 'deliveries', 'delivery_attempts'])
      assert.equal(await rowsOf(database, table), 1, table);
    assert.equal((await api.call('GET', `/webhooks/${other.id}`)).status, 200);
  });

  test('a webhook deleted while its deliveries are still there → neither it nor they nor their attempts can be seen', async (context) => {
    const t = lastFirst(context);
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const kept = await api.createWebhook({ name: 'kept', active: false });
    const keptDelivery = await api.createDelivery(kept.id);
    const hidden = await api.createWebhook({ name: 'hidden' });
    const { pool } = database;
    const webhookId = hidden.id;
    const [delivery = ''] = await addDeliveryRows(pool, [{ webhookId, status: 'succeeded' }]);
    const [attempt = ''] = await addAttemptRows(pool, [{ webhookId, deliveryId: delivery }]);
    const release = await lockDelivery(t, database, delivery);

    assert.equal((await api.call('DELETE', `/webhooks/${hidden.id}`)).status, 204);
    assert.equal(await rowsOf(database, 'deliveries'), 2, 'the delivery is still there');

    await expectProblem(api, 5, ['GET', `/webhooks/${hidden.id}`]);
    await expectProblem(api, 5, ['PUT', `/webhooks/${hidden.id}`, SETTINGS]);
    await expectProblem(api, 5, ['POST', '/deliveries', { webhook_id: hidden.id, payload: '' }]);
    await expectProblem(api, 6, ['GET', `/deliveries/${delivery}`]);
    await expectProblem(api, 7, ['GET', `/delivery-attempts/${attempt}`]);
    assert.deepEqual(await listed(api, '/webhooks'), [kept.id]);
    assert.deepEqual(await listed(api, '/deliveries'), [keptDelivery.id]);
    for (const list of [
      `/deliveries?webhook_id=${hidden.id}`,
      '/deliveries?status=succeeded',
      '/delivery-attempts',
      `/delivery-attempts?webhook_id=${hidden.id}`,
      `/delivery-attempts?delivery_id=${delivery}`,
      '/delivery-attempts?success=true',
    ]) {
      assert.deepEqual(await listed(api, list), [], list);
    }
    assert.equal((await api.call('DELETE', `/webhooks/${hidden.id}`)).status, 204);

    await release();
    await startWorkerHere(t, database);
    await until(
      'a worker has removed what was hidden',
      async () => (await rowsOf(database, 'webhooks')) === 1,
    );
    assert.equal(await rowsOf(database, 'delivery_attempts'), 0);
  });

  test('a webhook with thousands of deliveries deleted → 204 soon, nothing of it can be seen, and the rows are removed later', async (context) => {
    const t = lastFirst(context);
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook();
    await addDeliveryRows(
      database.pool,
      Array.from({ length: 5000 }, () => ({ webhookId: id, status: 'failed', attempts: 1 })),
    );
    assert.equal((await api.call('DELETE', `/webhooks/${id}`)).status, 204);
    assert.deepEqual(await listed(api, '/deliveries'), []);
    await startWorkerHere(t, database);
    await until(
      'a worker has removed the rest',
      async () => (await rowsOf(database, 'webhooks')) === 0,
    );
    assert.equal(await rowsOf(database, 'deliveries'), 0);
  });
});

/** Holds a delivery, as a worker that records it does. */
async function lockDelivery(
  t: Pick<TestContext, 'after'>,
  { url }: TestDatabase,
  id: string,
): Promise<() => Promise<void>> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  t.after(() => client.end());
  await client.query('begin');
  await client.query('select id from deliveries where id = $1 for update', [id]);
  return async () => void (await client.query('rollback'));
}

type Call = [method: string, path: string, body?: unknown];

async function expectProblem(api: Api, code: number, [method, path, body]: Call): Promise<void> {
  const answer = await api.call(method, path, body);
  assert.deepEqual(
    [answer.status, (answer.body as { code: number }).code],
    [404, code],
    `${method} ${path}`,
  );
}

async function listed(api: Api, path: string): Promise<string[]> {
  const { body } = await api.call('GET', path);
  return Object.values(body as Record<string, unknown>).flatMap((rows) =>
    Array.isArray(rows) ? rows.map(({ id }: { id: string }) => id) : [],
  );
}

async function rowsOf({ pool }: TestDatabase, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from ${table}`,
  );
  return rows[0]?.count ?? -1;
}
