import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Client } from 'pg';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { addWebhook } from '../../setup/rows.ts';

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

test('the fingerprint of a delivery → SHA-256 of its parts, each with its length in UTF-8', async (t) => {
  const { pool, webhookId } = await scene(t);
  const times = ['0001-01-01T00:00:00.000000Z', '9999-12-31T23:59:59.999999Z'];
  const rows: [(string | null)[], (string | null)[]][] = [
    [
      ['x', null, null, null],
      ['x', null, null, null],
    ],
    [
      [null, 'ключ', ...times],
      ['', 'ключ', ...times],
    ],
    [
      ['-🂡', '-', null, times[0] ?? ''],
      ['-🂡', '-', null, times[0] ?? ''],
    ],
    [
      ['1:-', '', '2026-01-01T02:00:00+02:00', null],
      ['1:-', '', '2026-01-01T00:00:00.000000Z', null],
    ],
  ];
  for (const [args, parts] of rows) {
    const text = ['createDelivery', webhookId, ...parts]
      .map((part) => (part === null ? '-' : `${Buffer.byteLength(part)}:${part}`))
      .join('');
    const { rows } = await pool.query<{ print: string }>(
      `select encode(postmand.fingerprint($1, $2, $3, $4, $5), 'hex') as print`,
      [webhookId.toUpperCase(), ...args],
    );
    assert.equal(rows[0]?.print, createHash('sha256').update(text).digest('hex'), text);
  }
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
