import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Alarm } from '../../src/alarms/alarm.ts';
import { raiseFound, WebhookAlarms } from '../../src/alarms/alarms.ts';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';

const DATA = { failing_since: '2026-11-23T22:50:47.000Z' };

suite('raising an alarm', { concurrency: 4 }, () => {
  test('the transaction commits → a delivery in the outbox of the alert webhook, counted and logged', async (t) => {
    const world = await openWorld(t);
    const about = await addWebhook(world, { name: 'Orders "north"' });
    await world.raise({ type: 'webhook.recovered', webhookId: about.id, data: DATA });
    const [row, ...more] = await world.rows();
    assert.deepEqual(more, []);
    assert.equal(row?.held_reason, 'outbox');
    assert.deepEqual(row.metadata, { type: 'webhook.recovered' });
    const { timestamp, ...payload } = JSON.parse(row.payload) as { timestamp: string };
    assert.deepEqual(payload, {
      type: 'webhook.recovered',
      data: { webhook_id: about.id, webhook_name: 'Orders "north"', ...DATA },
    });
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(await world.counted('webhook.recovered'), 1);
    assert.deepEqual(world.log.lines, [
      {
        level: 'info',
        event: 'alarm.raised',
        fields: { type: 'webhook.recovered', webhook_id: about.id, delivery_id: row.id },
      },
    ]);
  });

  test('the transaction rolls back → no delivery, and nothing is counted or logged', async (t) => {
    const world = await openWorld(t);
    await assert.rejects(
      inTransaction(world.pool, async (tx) => {
        await world.alarms.raise(tx, [recovered(randomUUID())]);
        throw new Error('the deed failed');
      }),
      /the deed failed/,
    );
    assert.deepEqual([await world.rows(), world.log.lines], [[], []]);
    assert.equal(await world.counted('webhook.recovered'), 0);
  });

  test('several at once → one delivery each, in their order; one about the alert webhook → none', async (t) => {
    const world = await openWorld(t);
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    await world.raise(...[...ids, world.webhookId].map(recovered));
    const told = (await world.rows()).map(({ payload }) => JSON.parse(payload) as Payload);
    assert.deepEqual(
      told.map(({ data }) => [data.webhook_id, data.webhook_name]),
      ids.map((id) => [id, null]),
    );
  });

  for (const [what, sql] of [
    ['does not exist', 'delete from webhooks where id = $1'],
    ['is being deleted', 'update webhooks set deleted_at = now() where id = $1'],
  ] as const) {
    test(`the alert webhook ${what} → the deed is committed, and a warning says so once a minute`, async (t) => {
      const world = await openWorld(t);
      await world.pool.query(sql, [world.webhookId]);
      await world.alarms.check(world.pool);
      await world.deed(recovered(randomUUID()));
      await world.deed(recovered(randomUUID()));
      assert.equal(await world.deeds(), 2);
      assert.deepEqual(await world.rows(), []);
      assert.deepEqual(
        world.log.lines.map(({ level, event, fields }) => [level, event, fields['webhook_id']]),
        [['warn', 'alarm.without_webhook', world.webhookId]],
      );
    });
  }

  test('somebody is just removing the alert webhook → the deed does not wait for long', async (t) => {
    const world = await openWorld(t);
    await inTransaction(world.pool, async (tx) => {
      await tx.query('delete from webhooks where id = $1', [world.webhookId]);
      await world.deed(recovered(randomUUID()));
    });
    assert.deepEqual([await world.deeds(), await world.rows()], [1, []]);
    const [line] = world.log.lines;
    assert.equal(line?.event, 'alarm.refused');
  });

  test('somebody has its row for a moment → the alarm waits for that', async (t) => {
    const world = await openWorld(t);
    const { release, done } = await holdRow(world.pool, world.webhookId);
    const deed = world.deed(recovered(randomUUID()));
    await until('the alarm waits', async () => {
      const { rowCount } = await world.pool.query(
        `select from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    release();
    await Promise.all([deed, done]);
    assert.equal((await world.rows()).length, 1);
  });

  test('a search found what cannot be stored now → it is found again', async (t) => {
    const world = await openWorld(t);
    await world.pool.query(
      `create function refuse() returns trigger language plpgsql as $$
       begin raise exception 'no more deliveries'; end $$`,
    );
    await world.pool.query(
      'create trigger refuse before insert on deliveries execute function refuse()',
    );
    const search = inTransaction(world.pool, async (tx) => {
      await tx.query('insert into deeds values (1)');
      await raiseFound(tx, world.alarms, [recovered(randomUUID())]);
    });
    await assert.rejects(search, /raised again later/);
    assert.equal(await world.deeds(), 0);
  });

  test('it is inactive → its delivery waits for it, and its start says so', async (t) => {
    const world = await openWorld(t);
    await world.pool.query('update webhooks set active = false');
    await world.alarms.check(world.pool);
    await world.deed(recovered(randomUUID()));
    assert.equal((await world.rows()).length, 1);
    assert.deepEqual(
      world.log.lines.map(({ event }) => event),
      ['alarm.without_webhook', 'alarm.raised'],
    );
  });

  for (const [what, body, words] of [
    ['refuses the delivery', "raise exception 'no more deliveries'", /no more deliveries/],
    ['is broken', 'insert into nowhere values (1)', /nowhere/],
  ] as const)
    test(`a trigger of somebody ${what} → the deed is committed, and an error says so`, async (t) => {
      const world = await openWorld(t);
      await world.pool.query(
        `create function refuse() returns trigger language plpgsql as $$
       begin ${body}; end $$`,
      );
      await world.pool.query(
        'create trigger refuse before insert on deliveries execute function refuse()',
      );
      await world.deed(recovered(randomUUID()));
      assert.deepEqual([await world.deeds(), await world.rows()], [1, []]);
      const [line, ...more] = world.log.lines;
      assert.deepEqual([line?.level, line?.event, more], ['error', 'alarm.refused', []]);
      assert.match(String(line?.fields['error']), words);
    });

  test('a statement of the deed is refused, which was sent along → the deed fails for that reason', async (t) => {
    const world = await openWorld(t);
    await assert.rejects(
      inTransaction(world.pool, async (tx) => {
        tx.later('insert into deeds values (1 / $1)', [0]);
        await world.alarms.raise(tx, [recovered(randomUUID())]);
      }),
      /division by zero/,
    );
    assert.deepEqual([await world.rows(), world.log.lines], [[], []]);
  });
});

type Payload = { type: string; data: Record<string, unknown> };
type Row = { id: string; payload: string; held_reason: string; metadata: object };

function recovered(webhookId: string): Alarm {
  return { type: 'webhook.recovered', webhookId, data: DATA };
}

async function openWorld(t: TestContext) {
  const database = await freshDatabase(t);
  const { pool } = database;
  await pool.query('create table deeds (n integer)');
  const { id: webhookId } = await addWebhook(database, { name: 'Operators' });
  const log = keepingLog();
  const metrics = createMetrics();
  const alarms = new WebhookAlarms({ webhookId, metrics, log });
  const raise = (...some: Alarm[]) => inTransaction(pool, (tx) => alarms.raise(tx, some));
  const deed = (alarm: Alarm) =>
    inTransaction(pool, async (tx) => {
      await tx.query('insert into deeds values (1)');
      await alarms.raise(tx, [alarm]);
    });
  async function rows(): Promise<Row[]> {
    const found = await pool.query<Row>(
      'select id, payload, held_reason, metadata from deliveries order by outbox_place',
    );
    return found.rows;
  }
  async function deeds(): Promise<number> {
    return (await pool.query('select from deeds')).rowCount ?? 0;
  }
  async function counted(type: string): Promise<number> {
    const { values } = await metrics.alarms.get();
    return values.find(({ labels }) => labels.type === type)?.value ?? 0;
  }
  return { ...database, webhookId, log, alarms, raise, deed, rows, deeds, counted };
}

/** Has the row of a webhook until `release` is called. */
async function holdRow(pool: Pool, id: string) {
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const done = inTransaction(pool, async (tx) => {
    await tx.query('select from webhooks where id = $1 for update', [id]);
    held.resolve();
    await free.promise;
  });
  await held.promise;
  return { release: () => free.resolve(), done };
}
