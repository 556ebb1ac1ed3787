import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { fingerprintOf } from '../../../src/deliveries/idempotency/request.ts';
import type { EventDraft } from '../../../src/events/event.ts';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase } from '../../setup/database.ts';
import { addWebhook } from '../../setup/rows.ts';

suite('an idempotency key of postmand.emit', { concurrency: 3 }, () => {
  test('with the same arguments → the event that is there, also once its type is archived; others → PM024', async (t) => {
    const { pool, caller, emit } = await scene(t);
    const given = `'order.paid', 'x', 'k', '2026-01-01T00:00:00Z', '2999-01-01Z'`;
    await caller.query('begin');
    const id = await emit(given);
    assert.equal(await emit(given.replace('T00:00:00Z', 'T01:00:00+01:00')), id);
    await caller.query('commit');
    await pool.query('update event_types set archived_at = now()');
    assert.equal(await emit(given), id);
    for (const other of [`'order.lost', 'x'`, `'order.paid', 'y'`, `'order.paid', 'x'`])
      await assert.rejects(emit(other), {
        code: 'PM024',
        message: 'idempotency_key: was used for something else',
        hint: /Choose a new key for another event/,
      });
    assert.equal((await pool.query('select from events')).rowCount, 1);
  });

  test('of which the event is gone → PM025', async (t) => {
    const { pool, emit } = await scene(t);
    const id = await emit();
    await pool.query('delete from events');
    await assert.rejects(emit(), {
      code: 'PM025',
      message: `idempotency_key: its event ${id} is gone`,
    });
  });

  test('that has expired → stands for what comes next, also for a delivery', async (t) => {
    const { pool, caller, emit, enqueue } = await scene(t);
    const first = await emit();
    await pool.query('update idempotency_keys set expires_at = now()');
    await caller.query(`set postmand.idempotency_window = '3600'`);
    const second = await emit(`'order.paid', 'y'`);
    assert.notEqual(second, first);
    assert.equal(await emit(`'order.paid', 'y'`), second);
    const { rows } = await pool.query(
      `select event_ids, delivery_ids, expires_at < now() + interval '61 minutes' as is_short
       from idempotency_keys`,
    );
    assert.deepEqual(rows, [{ event_ids: [second], delivery_ids: [], is_short: true }]);
    await pool.query('update idempotency_keys set expires_at = now()');
    const delivery = await enqueue();
    assert.equal(await enqueue(), delivery);
    await assert.rejects(emit(), { code: 'PM024' });
  });

  test('that an open transaction holds → PM026 at once; of postmand.enqueue → PM024, and the other way round', async (t) => {
    const { application, caller, emit, enqueue } = await scene(t);
    const other = await application.connect();
    await other.query('begin');
    await other.query(`select postmand.emit('order.paid', 'x', idempotency_key => 'order-7')`);
    await assert.rejects(emit(), { code: 'PM026' });
    await other.query('rollback');
    await enqueue();
    await assert.rejects(emit(), { code: 'PM024' });
    await caller.query(`select postmand.emit('order.paid', 'x', idempotency_key => 'order-8')`);
    await assert.rejects(enqueue('order-8'), { code: 'PM024' });
  });
});

async function scene(t: TestContext) {
  const database = await freshDatabase(t);
  await database.pool.query(`insert into event_types (name) values ('order.paid'), ('order.lost')`);
  const { id: webhookId } = await addWebhook(database);
  const application = await createApplication(t, database);
  const caller = await application.connect();
  return {
    ...database,
    application,
    caller,
    /** With the key `order-7`, behind its other arguments. */
    async emit(args = `'order.paid', 'x'`): Promise<string> {
      const { rows } = await caller.query<{ id: string }>(
        `select postmand.emit(${args}, idempotency_key => 'order-7') as id`,
      );
      return rows[0]?.id ?? '';
    },
    async enqueue(key = 'order-7'): Promise<string> {
      const { rows } = await caller.query<{ id: string }>(
        `select postmand.enqueue($1, 'x', idempotency_key => $2) as id`,
        [webhookId, key],
      );
      return rows[0]?.id ?? '';
    },
  };
}

test('the fingerprint of an event → that of the same request to the API', async (t) => {
  const { pool } = await freshDatabase(t);
  const time = '0001-01-01T00:00:00.000000Z';
  const drafts: EventDraft[] = [
    { type: 'order.paid', payload: 'x' },
    { type: 'order.paid', payload: '' },
    { type: 'a', payload: 'ü', orderingKey: 'ключ', sendAt: time, expiresAt: time },
    { type: 'a', payload: 'x', metadata: { '🦀': '2', ｚ: 'ü', a: '', aa: '"', A: 'b' } },
  ];
  for (const draft of drafts) {
    const { type, payload, orderingKey, sendAt, expiresAt, metadata } = draft;
    const { rows } = await pool.query<{ fingerprint: Buffer }>(
      `select postmand.event_fingerprint($1, nullif($2, ''), $3, $4, $5, $6) as fingerprint`,
      [type, payload, orderingKey, sendAt, expiresAt, metadata],
    );
    assert.deepEqual(rows[0]?.fingerprint, fingerprintOf('createEvent', [draft]));
  }
});
