import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { addDeliveryRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const log = keepingLog();
const api = await startApi(wholeFile, database, { log });

/** No worker runs: what is pending stays in the outbox. */
suite('redelivering a delivery', () => {
  for (const status of ['failed', 'succeeded'] as const)
    test(`one that has ${status} → 200 with the delivery, pending, with a fresh budget`, async () => {
      const id = await ended({ status, attempts: 3 });
      const { status: answered, body } = await redeliver(id);
      assert.equal(answered, 200);
      const { delivery_attempts, budget_used, redeliveries, failed_reason, held_reason } = body;
      assert.deepEqual([body.id, body.status, delivery_attempts], [id, 'pending', 3]);
      assert.deepEqual([budget_used, redeliveries], [0, 1]);
      assert.deepEqual([failed_reason, held_reason], [null, null]);
      assert.deepEqual(await api.delivery(id), body);
      const { event, fields } = log.lines.findLast(({ fields: of }) => of['delivery_id'] === id)!;
      assert.deepEqual([event, fields['webhook_id']], ['delivery.redelivered', body.webhook_id]);
    });

  test('an empty object as the body → the same as none', async () => {
    assert.equal((await redeliver(await ended(), {})).status, 200);
  });

  test('again before it has ended → 409 that says what to do, and it was redelivered once', async () => {
    const id = await ended();
    await redeliver(id);
    const { status, body } = await redeliver(id);
    assert.deepEqual([status, body.code, body.message], [409, 27, 'delivery pending']);
    assert.equal(body.details, 'it is pending already: wait until it has ended');
    assert.equal((await api.delivery(id)).redeliveries, 1);
  });

  test('its payload was removed → 409', async () => {
    const id = await ended();
    await pool.query(
      `update deliveries set payload = '', payload_removed_at = now() where id = $1`,
      [id],
    );
    const { status, body } = await redeliver(id);
    assert.deepEqual([status, body.code], [409, 28]);
    assert.match(body.details, /payload was removed.*post it again/);
    assert.equal((await api.delivery(id)).status, 'failed');
  });

  test('a test of its webhook, pending or not → 409', async () => {
    for (const status of ['failed', 'pending'] as const) {
      const id = await ended({ status });
      await pool.query('update deliveries set test = true where id = $1', [id]);
      const { status: answered, body } = await redeliver(id);
      assert.deepEqual([answered, body.code], [409, 29]);
      assert.match(body.details, /make another test/);
    }
  });

  test('unknown, deleted, or of a webhook that is being removed → 404', async () => {
    const [gone, hidden] = [await ended(), await ended()];
    await api.call('DELETE', `/deliveries/${gone}`);
    await pool.query(
      `update webhooks set deleted_at = now()
       where id = (select webhook_id from deliveries where id = $1)`,
      [hidden],
    );
    for (const id of [UNKNOWN_ID, gone, hidden]) {
      const { status, body } = await redeliver(id);
      assert.deepEqual([status, body.code], [404, 6]);
    }
    const { rows } = await pool.query('select status from deliveries where id = $1', [hidden]);
    assert.deepEqual(rows, [{ status: 'failed' }]);
  });

  test('two clients at once → one 200, one 409', async (t) => {
    const id = await ended();
    const release = await lockRow(t, database, { table: 'deliveries', id });
    const both = [redeliver(id), redeliver(id)];
    await until('both wait', async () => (await waiting()) === 2);
    await release();
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200, 409]));
    assert.equal((await api.delivery(id)).redeliveries, 1);
  });

  test('while it is being deleted → 204 and 404, and nothing is left of it', async (t) => {
    const id = await ended();
    const release = await lockRow(t, database, { table: 'deliveries', id });
    const deletion = api.call('DELETE', `/deliveries/${id}`);
    await until('the deletion waits', async () => (await waiting()) === 1);
    const redelivery = redeliver(id);
    await until('both wait', async () => (await waiting()) === 2);
    await release();
    const [deleted, redelivered] = await Promise.all([deletion, redelivery]);
    assert.equal(deleted.status, 204);
    // Whoever came second may have been given the row first.
    assert.ok([200, 404].includes(redelivered.status));
    assert.equal((await api.call('GET', `/deliveries/${id}`)).status, 404);
  });
});

const redeliver = (id: string, body?: unknown) =>
  api.call('POST', `/deliveries/${id}/redeliver`, body);

/** A delivery of a webhook of its own. */
async function ended(row: { status?: 'failed' | 'succeeded' | 'pending'; attempts?: number } = {}) {
  const { id: webhookId } = await api.createWebhook();
  const [id = ''] = await addDeliveryRows(pool, [{ webhookId, status: 'failed', ...row }]);
  return id;
}

/** Sessions that wait for a row of this database. */
async function waiting(): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(distinct pid)::integer as n from pg_locks
     where not granted and pid in (
       select pid from pg_stat_activity where datname = current_database()
     )`,
  );
  return rows[0]?.n ?? 0;
}
