import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

suite('GET /v1/lookup/{id}', async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;
  const { call } = await startApi(wholeFile, database);
  const idsOf = async (event: string, operation: string) => {
    const [webhook = ''] = await addWebhookRows(pool, [{}]);
    const [delivery = ''] = await addDeliveryRows(pool, [{ webhookId: webhook }]);
    const [attempt = ''] = await addAttemptRows(pool, [
      { webhookId: webhook, deliveryId: delivery },
    ]);
    await pool.query(`insert into events (id, type, payload) values ($1, 'a', '')`, [event]);
    await pool.query(`insert into operations (id, kind, filter) values ($1, 'redelivery', '{}')`, [
      operation,
    ]);
    return { webhook, delivery, attempt, event, operation };
  };
  const ids = await idsOf(randomUUID(), randomUUID());

  for (const [kind, id] of Object.entries(ids))
    test(`the id of ${kind} → says so, in any letters`, async () => {
      for (const written of [id, id.toUpperCase()]) {
        const { status, body } = await call('GET', `/lookup/${written}`);
        assert.deepEqual([status, body], [200, { kind, id }]);
      }
    });

  test('an id that nothing has → 404 with code 39', async () => {
    const { status, body } = await call('GET', `/lookup/${randomUUID()}`);
    assert.deepEqual([status, body], [404, { code: 39, message: 'id not found' }]);
  });

  test('what is no id → 404 with code 2', async () => {
    const { status, body } = await call('GET', '/lookup/abc');
    assert.deepEqual([status, body.code], [404, 2]);
  });

  test('what belongs to a webhook that is being removed → 404', async () => {
    const others = await idsOf(randomUUID(), randomUUID());
    await pool.query('update webhooks set deleted_at = now() where id = $1', [others.webhook]);
    for (const id of [others.webhook, others.delivery, others.attempt])
      assert.equal((await call('GET', `/lookup/${id}`)).status, 404);
  });
});
