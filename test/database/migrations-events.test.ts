import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { migrateDown, migrateUp } from '../../src/database/migrations.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { findDelivery } from '../../src/deliveries/delivery-store.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addEvent } from '../setup/events.ts';
import { MIGRATIONS } from '../setup/parts.ts';
import { addWebhook } from '../setup/rows.ts';

const EMITTED = `insert into events (id, type, payload, outbox_place)
  values (gen_random_uuid(), 'order.paid', 'x', nextval('outbox_places'))`;

suite('down to before events', { concurrency: 4 }, () => {
  const REFUSALS: [
    what: string,
    make: (database: TestDatabase) => Promise<unknown>,
    why: RegExp,
  ][] = [
    [
      'a delivery of an event is pending',
      async (database) => {
        const { id } = await addWebhook(database);
        await addEvent(database.pool, { webhookIds: [id] });
      },
      /016_events \(down\) failed: refused: deliveries of events are pending/,
    ],
    [
      'an application emitted an event that nobody has chosen for',
      ({ pool }) => pool.query(EMITTED),
      /016_events \(down\) failed: refused: events are yet to be fanned out/,
    ],
    [
      'an operation is to make more deliveries of an event',
      async ({ pool }) => {
        await addEvent(pool, { webhookIds: [] });
        await pool.query(`update events set recipients = array[gen_random_uuid()]`);
      },
      /016_events \(down\) failed: refused: events are yet to be fanned out/,
    ],
  ];
  for (const [what, make, why] of REFUSALS)
    test(`${what} → refused, and everything is as it was`, async (t) => {
      const database = await freshDatabase(t);
      await make(database);
      const before = await countsOf(database);
      await downTo(database, '017_emit');
      await assert.rejects(downOne(database), why);
      assert.deepEqual(await countsOf(database), before);
    });

  test('deliveries of events have ended → they keep the payload, also up again, and can be sent again; what was removed stays removed', async (t) => {
    const database = await freshDatabase(t);
    const { pool, connection } = database;
    const one = await addWebhook(database);
    const other = await addWebhook(database);
    const { deliveryIds } = await addEvent(pool, {
      ...{ webhookIds: [one.id, other.id], payload: 'shared', metadata: { a: 'b' } },
    });
    const [kept = '', removed = ''] = deliveryIds;
    await pool.query(
      `update deliveries set status = 'succeeded', held_reason = null, parked_at = null,
         outbox_place = null, payload_removed_at = case when id = $1 then now() end`,
      [removed],
    );
    await pool.query(
      `insert into operations (id, kind, filter, state, finished_at)
       values (gen_random_uuid(), 'fan_out', '{}', 'done', now())`,
    );
    await downTo(database, '016_events');
    await migrateUp(connection, MIGRATIONS);
    assert.equal((await pool.query('select from operations')).rowCount, 0);
    const { payload, event_id, metadata } = (await findDelivery(pool, kept)) ?? {};
    assert.deepEqual([payload, event_id, metadata], ['shared', null, { a: 'b' }]);
    const gone = await findDelivery(pool, removed);
    assert.deepEqual([gone?.payload, gone?.payload_removed_at === null], ['', false]);
    const again = await inTransaction(pool, (tx) => makePending(tx, deliveryIds, null));
    assert.deepEqual(again, [kept]);
  });

  test('postmand.enqueue has used the key of an event again, whose time was over → the key is known after the way back', async (t) => {
    const database = await freshDatabase(t);
    const { pool, connection } = database;
    const { id } = await addWebhook(database);
    await pool.query(
      `insert into idempotency_keys (key, fingerprint, delivery_ids, event_ids, expires_at)
       select sha256(convert_to(key, 'UTF8')), '', '{}', array[gen_random_uuid()], expires_at
       from (values ('used again', now() - interval '1 second'), ('of an event', 'infinity'))
         as request (key, expires_at)`,
    );
    const enqueue = async () => {
      const { rows } = await pool.query<{ id: string }>(
        `select postmand.enqueue($1, 'x', idempotency_key => 'used again') as id`,
        [id],
      );
      return rows[0]?.id;
    };
    const before = await enqueue();
    await downTo(database, '016_events');
    await migrateUp(connection, MIGRATIONS);
    assert.equal(await enqueue(), before);
    assert.equal((await pool.query('select from idempotency_keys')).rowCount, 1);
  });
});

const downOne = ({ connection }: TestDatabase) => migrateDown(connection, MIGRATIONS);

/** Reverts migrations, this one as the last. */
async function downTo(database: TestDatabase, name: string): Promise<void> {
  for (let reverted: string | undefined = ''; reverted !== name;) {
    reverted = await downOne(database);
    assert.ok(reverted, `${name} was not reverted`);
  }
}

async function countsOf({ pool }: TestDatabase): Promise<unknown> {
  const { rows } = await pool.query(
    `select (select count(*) from events) as events,
       (select count(*) from deliveries where event_id is not null) as deliveries`,
  );
  return rows;
}
