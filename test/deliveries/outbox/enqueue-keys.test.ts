import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Client } from 'pg';
import type { NewDelivery } from '../../../src/deliveries/accepting/insert-deliveries.ts';
import { fingerprintOf } from '../../../src/deliveries/idempotency/request.ts';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { addWebhook } from '../../setup/rows.ts';
import { startApi } from '../../setup/service.ts';

const GIVEN = { ordering_key: null, send_at: null, expires_at: null, payload: 'x' };
type Given = { [Name in keyof typeof GIVEN]?: string | null };

suite('an idempotency key of postmand.enqueue', { concurrency: 3 }, () => {
  test('with the same arguments → the delivery that is there, also in the same transaction; others → PM024', async (t) => {
    const { pool, enqueue, caller } = await scene(t);
    const given = {
      ordering_key: 'k',
      send_at: '2026-01-01T00:00:00Z',
      expires_at: '2027-01-01T00:00:00Z',
    };
    await caller.query('begin');
    const id = await enqueue(given);
    assert.equal(await enqueue({ ...given, send_at: '2026-01-01T01:00:00+01:00' }), id);
    await caller.query('commit');
    assert.equal(await enqueue(given), id);
    const others: Given[] = [
      { payload: 'y' },
      { ordering_key: null },
      { send_at: '2026-01-01T00:00:00.000001Z' },
      { expires_at: null },
    ];
    for (const other of others)
      await assert.rejects(enqueue({ ...given, ...other }), {
        code: 'PM024',
        message: 'idempotency_key: was used for something else',
        hint: /same key stands for the same arguments/,
      });
    assert.equal((await pool.query('select from deliveries')).rowCount, 1);
  });

  test('of which the delivery is gone, or its webhook → PM025', async (t) => {
    const { pool, enqueue } = await scene(t);
    const id = await enqueue();
    await pool.query('update webhooks set deleted_at = now()');
    const gone = { code: 'PM025', message: `idempotency_key: its delivery ${id} is gone` };
    await assert.rejects(enqueue(), gone);
    await pool.query('update webhooks set deleted_at = null; delete from deliveries');
    await assert.rejects(enqueue(), gone);
  });

  test('that has expired, whether it was removed or not → stands for what comes next', async (t) => {
    const { pool, enqueue, caller } = await scene(t);
    const first = await enqueue();
    await pool.query('update idempotency_keys set expires_at = now()');
    await caller.query(`set postmand.idempotency_window = '3600'`);
    const second = await enqueue({ payload: 'y' });
    assert.notEqual(second, first);
    assert.equal(await enqueue({ payload: 'y' }), second);
    const { rows } = await pool.query(
      `select array_length(delivery_ids, 1) as count, delivery_ids[1] as id,
         k.expires_at - created_at = interval '1 hour' as "inAnHour"
       from idempotency_keys k join deliveries d on d.id = delivery_ids[1]`,
    );
    assert.deepEqual(rows, [{ count: 1, id: second, inAnHour: true }]);
  });

  test('that another open transaction holds → PM026 at once; committed → a replay', async (t) => {
    const { enqueue, caller, another } = await scene(t);
    await caller.query('begin');
    const id = await enqueue();
    const second = await another();
    await assert.rejects(second.enqueue(), {
      code: 'PM026',
      message: 'idempotency_key: another transaction is using it at present',
      hint: /^Try again/,
    });
    await caller.query('commit');
    assert.equal(await second.enqueue(), id);
  });

  for (const [what, undo] of [
    ['a transaction', 'rollback'],
    ['a savepoint of an open transaction', 'rollback to before'],
  ] as const)
    test(`that ${what} gave back by a rollback → is free for others`, async (t) => {
      const { enqueue, caller, another, pool } = await scene(t);
      await caller.query('begin; savepoint before');
      await enqueue();
      await caller.query(undo);
      const second = await another();
      const id = await second.enqueue({ payload: 'y' });
      const { rows } = await pool.query('select id from deliveries');
      assert.deepEqual(rows, [{ id }]);
    });

  for (const isolation of ['repeatable read', 'serializable'])
    test(`in ${isolation}, committed by another since the transaction began → 40001, and again → a replay`, async (t) => {
      const { enqueue, caller, another } = await scene(t);
      const second = await another();
      await caller.query(`begin isolation level ${isolation}; select 1`);
      await caller.query('select current_user');
      const id = await second.enqueue();
      await assert.rejects(enqueue(), { code: '40001' });
      await caller.query(`rollback; begin isolation level ${isolation}`);
      assert.equal(await enqueue(), id);
      assert.equal(await enqueue(), id);
      await caller.query('commit');
    });
});

test('the fingerprint of a delivery → that of the same request to the API', async (t) => {
  const { pool, webhookId } = await scene(t);
  const time = '0001-01-01T00:00:00.000000Z';
  const drafts: Omit<NewDelivery, 'id'>[] = [
    { webhookId, payload: 'x' },
    { webhookId, payload: '' },
    { webhookId, payload: '', orderingKey: 'ключ', sendAt: time, expiresAt: time },
    { webhookId, payload: '-🂡', orderingKey: '-', expiresAt: '9999-12-31T23:59:59.999999Z' },
    { webhookId, payload: 'x', metadata: { '🦀': '2', ｚ: 'ü', a: '', aa: '"', A: 'b' } },
    { webhookId: webhookId.toUpperCase(), payload: '1:-', sendAt: '2026-01-01T00:00:00.120000Z' },
  ];
  for (const draft of drafts) {
    const { rows } = await pool.query<{ fingerprint: Buffer }>(
      `select postmand.fingerprint($1, nullif($2, ''), $3, $4, $5, $6) as fingerprint`,
      [
        ...[draft.webhookId, draft.payload, draft.orderingKey, draft.sendAt, draft.expiresAt],
        draft.metadata,
      ],
    );
    assert.deepEqual(rows[0]?.fingerprint, fingerprintOf('createDelivery', [draft]));
  }
});

test('an idempotency key of the API → known to postmand.enqueue, and the other way round', async (t) => {
  const { webhookId, enqueue, ...database } = await scene(t);
  const { url } = await startApi(t, database);
  const post = async (payload: string) => {
    const answer = await fetch(`${url}/v1/deliveries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'order-7 shipped' },
      body: JSON.stringify({ webhook_id: webhookId, payload }),
    });
    const { id, code } = (await answer.json()) as { id?: string; code?: number };
    return { id, code, replayed: answer.headers.get('idempotency-replayed') };
  };
  const { id } = await post('x');
  assert.equal(await enqueue(), id);
  await assert.rejects(enqueue({ payload: 'y' }), { code: 'PM024' });
  await database.pool.query('delete from idempotency_keys');
  const second = await enqueue({ payload: 'y' });
  assert.deepEqual(await post('y'), { id: second, code: undefined, replayed: 'true' });
  assert.equal((await post('x')).code, 24);
});

async function scene(t: TestContext) {
  const database: TestDatabase = await freshDatabase(t);
  const { id: webhookId } = await addWebhook(database);
  const application = await createApplication(t, database);
  async function another() {
    const caller: Client = await application.connect();
    return { caller, enqueue: (given: Given = {}) => enqueueWith(caller, webhookId, given) };
  }
  return { ...database, webhookId, another, ...(await another()) };
}

/** Always with the same key. */
async function enqueueWith(caller: Client, webhookId: string, given: Given): Promise<string> {
  const { payload, ordering_key, send_at, expires_at } = { ...GIVEN, ...given };
  const { rows } = await caller.query<{ id: string }>(
    `select postmand.enqueue($1, $2, $3, $4, $5, 'order-7 shipped') as id`,
    [webhookId, payload, ordering_key, send_at, expires_at],
  );
  return rows[0]?.id ?? '';
}
