import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { removeEventPayloads, removeEvents } from '../../src/events/removing/remove.ts';
import { findEvent } from '../../src/events/event-store.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createRetention } from '../../src/upkeep/retention.ts';
import type { Retention } from '../../src/upkeep/retention-lines.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addEvent } from '../setup/events.ts';
import { silentLog } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { addWebhook, numbered } from '../setup/rows.ts';

const DAY_MS = 86_400_000;

suite('retention of events', { concurrency: 4 }, () => {
  const CASES: [when: string, settings: Retention, then: number[]][] = [
    [
      'both times are set → those older than the longer one without deliveries go',
      { succeededDays: 3, failedDays: 5 },
      [2, 3, 4, 5, 7, 8],
    ],
    [
      'one time is set → those older than it without deliveries go',
      { succeededDays: 5 },
      [2, 3, 4, 5, 7, 8],
    ],
    ['only payloads go → every event stays', { payloadsDays: 3 }, [1, 2, 3, 4, 5, 6, 7, 8]],
  ];
  for (const [name, settings, then] of CASES)
    test(name, async (t) => {
      const { pool } = await freshDatabase(t);
      const { id } = await addWebhook({ pool });
      await add(pool, { number: 1, daysAgo: 5.1 });
      await add(pool, { number: 2, daysAgo: 4.9 });
      // Its deliveries may end within the hour.
      await add(pool, { number: 3, daysAgo: 5.01 });
      await add(pool, { number: 4, daysAgo: 9, endedDaysAgo: 2, webhookId: id });
      await add(pool, { number: 5, daysAgo: 9, webhookId: id });
      await add(pool, { number: 6, daysAgo: 9, endedDaysAgo: 8.9, webhookId: id });
      await add(pool, { number: 7, daysAgo: 9 });
      await add(pool, { number: 8, daysAgo: 9 });
      await pool.query(`update events set outbox_place = 1 where id = $1`, [numbered('event', 7)]);
      await pool.query(`update events set recipients = '{}' where id = $1`, [numbered('event', 8)]);
      await round(createRetention(parts(pool), settings));
      assert.deepEqual(await left(pool), then);
    });

  test('an event whose delivery failed and stays → looked at again a day later', async (t) => {
    const { pool } = await freshDatabase(t);
    const { id } = await addWebhook({ pool });
    await add(pool, { number: 1, daysAgo: 9, endedDaysAgo: 8, webhookId: id });
    await pool.query(`update deliveries set status = 'failed'`);
    let at = 0;
    const run = createRetention({ ...parts(pool), now: () => at }, { succeededDays: 3 });
    await round(run);
    await pool.query('delete from deliveries');
    await round(run);
    assert.deepEqual(await left(pool), [1]);
    at = DAY_MS;
    await round(run);
    assert.deepEqual(await left(pool), []);
  });

  test('payloads are kept for less → that of an event goes with the last one of its deliveries, which cannot be sent again', async (t) => {
    const { pool } = await freshDatabase(t);
    const one = await addWebhook({ pool });
    const other = await addWebhook({ pool });
    const webhookIds = [one.id, other.id];
    const event = await addEvent(pool, { webhookIds, daysAgo: 4, payload: 'shared' });
    const [early = '', late = ''] = event.deliveryIds;
    await end(pool, early, 3.5);
    const without = await addEvent(pool, { webhookIds: [], daysAgo: 4 });
    const young = await addEvent(pool, { webhookIds: [], daysAgo: 2 });
    let at = 0;
    const run = createRetention({ ...parts(pool), now: () => at }, { payloadsDays: 3 });
    await round(run);
    assert.equal((await findEvent(pool, event.id))?.payload, 'shared');
    assert.equal((await findEvent(pool, young.id))?.payload_removed_at, null);
    const gone = await findEvent(pool, without.id);
    assert.deepEqual([gone?.payload, gone?.payload_removed_at === null], ['', false]);
    assert.deepEqual(await inTransaction(pool, (tx) => makePending(tx, [early], null)), []);
    await end(pool, late, 3.5);
    at = DAY_MS;
    await round(run);
    const last = await findEvent(pool, event.id);
    assert.deepEqual([last?.payload, last?.payload_removed_at === null], ['', false]);
  });

  test('the payload of an event goes that went to nobody → its fault names nothing of it any more', async (t) => {
    const { pool } = await freshDatabase(t);
    const [faulty, other] = [
      await addEvent(pool, { webhookIds: [], daysAgo: 4 }),
      await addEvent(pool, { webhookIds: [], daysAgo: 4 }),
    ];
    await pool.query(
      `update events set fault = 'payload/jane@example.com: is not a known member' where id = $1`,
      [faulty.id],
    );
    await round(createRetention(parts(pool), { payloadsDays: 3 }));
    assert.equal((await findEvent(pool, faulty.id))?.fault, 'its payload was removed');
    assert.equal((await findEvent(pool, other.id))?.fault, null);
  });

  test('a delivery is made pending again after the look → neither the event nor its payload goes', async (t) => {
    const { pool } = await freshDatabase(t);
    const { id } = await addWebhook({ pool });
    const event = await addEvent(pool, { webhookIds: [id], daysAgo: 9 });
    await end(pool, event.deliveryIds[0] ?? '', 8);
    await inTransaction(pool, (tx) => makePending(tx, event.deliveryIds, null));
    assert.equal(await inTransaction(pool, (tx) => removeEvents(tx, [event.id], 3)), 0);
    assert.equal(await inTransaction(pool, (tx) => removeEventPayloads(tx, [event.id], 3)), 0);
  });

  test('somebody has an event → it is passed over, and the others go', async (t) => {
    const database = await freshDatabase(t);
    await add(database.pool, { number: 1, daysAgo: 9 });
    await add(database.pool, { number: 2, daysAgo: 9 });
    await lock(t, database, 1);
    await round(createRetention(parts(database.pool), { succeededDays: 3 }));
    assert.deepEqual(await left(database.pool), [1]);
  });

  test('three workers at once, more than a step → all are gone, and counted once', async (t) => {
    const { pool } = await freshDatabase(t);
    await pool.query(
      `insert into events (id, type, payload, deliveries, created_at)
       select gen_random_uuid(), 'a', 'x', 0, now() - interval '9 days'
       from generate_series(1, 2300)`,
    );
    const metrics = createMetrics();
    const runs = [1, 2, 3].map(() =>
      createRetention({ pool, log: silentLog, metrics }, { succeededDays: 3, payloadsDays: 1 }),
    );
    await Promise.all(runs.map(round));
    assert.deepEqual(await left(pool), []);
    assert.match(await metrics.text(), /postmand_retention_removed_total\{kind="events"\} 2300/);
  });
});

const parts = (pool: Pool) => ({ pool, log: silentLog, metrics: createMetrics() });

/** All steps of a round, without their rests. */
async function round(run: () => Promise<unknown>): Promise<void> {
  while ((await run()) !== undefined);
}

type Row = {
  number: number;
  daysAgo: number;
  /** Of the one delivery that it has. */
  webhookId?: string;
  /** Undefined: its delivery is pending. */
  endedDaysAgo?: number;
};

async function add(pool: Pool, { number, daysAgo, ...delivery }: Row): Promise<void> {
  const { webhookId, endedDaysAgo } = delivery;
  const webhookIds = webhookId === undefined ? [] : [webhookId];
  const id = numbered('event', number);
  const { deliveryIds } = await addEvent(pool, { id, daysAgo, webhookIds });
  if (endedDaysAgo !== undefined) await end(pool, deliveryIds[0] ?? '', endedDaysAgo);
}

async function end(pool: Pool, id: string, daysAgo: number): Promise<void> {
  await pool.query(
    `update deliveries set status = 'succeeded', held_reason = null, parked_at = null,
       outbox_place = null, updated_at = now() - $2 * interval '1 day' where id = $1`,
    [id, daysAgo],
  );
}

async function lock(t: Parameters<typeof lockRow>[0], database: TestDatabase, number: number) {
  await lockRow(t, database, { table: 'events', id: numbered('event', number) });
}

async function left(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>(
    'select substr(id::text, 25)::int as n from events order by n',
  );
  return rows.map(({ n }) => n);
}
