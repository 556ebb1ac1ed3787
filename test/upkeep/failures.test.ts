import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { NO_ALARMS, WebhookAlarms } from '../../src/alarms/alarms.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { raiseFailed } from '../../src/deliveries/fail.ts';
import type { FailedReason } from '../../src/deliveries/delivery.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { tellFailures } from '../../src/upkeep/failures.ts';
import { checkedAlarm } from '../alarms/alarm-schema.ts';
import { freshDatabase } from '../setup/database.ts';
import { silentLog } from '../setup/parts.ts';
import { addAttemptRows, addDeliveries, addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';

suite('deliveries that failed', { concurrency: 4 }, () => {
  test('several of two webhooks → one alarm each, with counts by reason, the first ten and their last attempts', async (t) => {
    const world = await openWorld(t);
    const [orders, mails] = [await addWebhook(world, { name: 'Orders' }), await addWebhook(world)];
    const [early = '', ...ids] = await addDeliveries(world, orders.id, { count: 13 });
    const [mail = ''] = await addDeliveries(world, mails.id);
    await addAttemptRows(world.pool, [
      { webhookId: orders.id, deliveryId: early, createdAt: -20 },
      { webhookId: orders.id, deliveryId: early, createdAt: -10, success: false },
    ]);
    await world.fail(orders.id, 'attempts', early);
    await world.fail(orders.id, 'expired', ...ids);
    await world.fail(mails.id, 'poison', mail);
    assert.equal(await tellFailures(world.pool, world.alarms), undefined);

    const told = await world.told();
    assert.deepEqual(
      new Set(told.map(({ data }) => data['webhook_id'])),
      new Set([orders.id, mails.id]),
    );
    const { first_failed_at, last_failed_at, deliveries, ...data } =
      told.find(({ data: { webhook_id } }) => webhook_id === orders.id)?.data ?? {};
    assert.deepEqual(data, {
      webhook_id: orders.id,
      webhook_name: 'Orders',
      count: 13,
      reasons: { attempts: 1, expired: 12 },
    });
    assert.ok(Date.parse(String(first_failed_at)) <= Date.parse(String(last_failed_at)));
    assert.deepEqual(deliveries, [
      { delivery_id: early, failed_reason: 'attempts', response_status_code: 500, error: '' },
      ...ids.slice(0, 9).map((delivery_id) => ({
        ...{ delivery_id, failed_reason: 'expired' },
        ...{ response_status_code: null, error: null },
      })),
    ]);
    assert.equal(await tellFailures(world.pool, world.alarms), undefined);
    assert.equal((await world.told()).length, 2, 'told once');
  });

  test('tests, what was erased, and those of the alert webhook → nothing is kept', async (t) => {
    const world = await openWorld(t);
    const { id: webhookId } = await addWebhook(world);
    const [id = ''] = await addDeliveries(world, webhookId);
    await world.fail(webhookId, 'erased', id);
    await world.fail(world.webhookId, 'attempts', id);
    await inTransaction(world.pool, (tx) =>
      raiseFailed(tx, world.alarms, [
        { id, webhookId, reason: 'attempts', blockedKey: null, test: true },
      ]),
    );
    assert.equal(await world.kept(), 0);
  });

  test('what ended them is rolled back → nothing is told; so is what tells of them → told later', async (t) => {
    const world = await openWorld(t);
    const { id: webhookId } = await addWebhook(world);
    const [id = ''] = await addDeliveries(world, webhookId);
    const failed = { id, webhookId, reason: 'attempts', blockedKey: null, test: false } as const;
    await assert.rejects(
      inTransaction(world.pool, async (tx) => {
        await raiseFailed(tx, world.alarms, [failed]);
        await tx.query('select 1 / 0');
      }),
      /division by zero/,
    );
    assert.equal(await world.kept(), 0);
    await world.fail(webhookId, 'attempts', id);
    const raise = () => Promise.reject(new Error('the worker died'));
    await assert.rejects(tellFailures(world.pool, { ...NO_ALARMS, raise }), /the worker died/);
    assert.equal(await world.kept(), 1);
    // The connection of the one that failed may take a moment to end, and with it its lock.
    await until('it is told', async () => {
      await tellFailures(world.pool, world.alarms);
      return (await world.told()).length === 1;
    });
  });

  test('two workers tell at the same time → each webhook once', async (t) => {
    const world = await openWorld(t);
    for (let n = 0; n < 5; n += 1) {
      const { id: webhookId } = await addWebhook(world);
      const [id = ''] = await addDeliveries(world, webhookId);
      await world.fail(webhookId, 'attempts', id);
    }
    await Promise.all(Array.from({ length: 4 }, () => tellFailures(world.pool, world.alarms)));
    assert.equal((await world.told()).length, 5);
    assert.equal(await world.kept(), 0);
  });

  test('more webhooks than a round tells of → the next one goes on at once', async (t) => {
    const world = await openWorld(t);
    await world.pool.query(
      `insert into alarm_failures (webhook_id, failed_reason, deliveries, delivery_ids)
       select gen_random_uuid(), 'expired', 1, '{}' from generate_series(1, 101)`,
    );
    assert.equal(await tellFailures(world.pool, world.alarms), 'more');
    assert.equal(await tellFailures(world.pool, world.alarms), undefined);
    assert.equal((await world.told()).length, 101);
  });
});

type Told = { type: string; data: Record<string, unknown> };

async function openWorld(t: TestContext) {
  const database = await freshDatabase(t);
  const { pool } = database;
  const { id: webhookId } = await addWebhook(database, { name: 'Operators' });
  const alarms = new WebhookAlarms({ webhookId, metrics: createMetrics(), log: silentLog });
  async function fail(of: string, reason: FailedReason, ...ids: string[]): Promise<void> {
    const failed = ids.map((id) => ({ id, webhookId: of, reason, blockedKey: null, test: false }));
    await inTransaction(pool, (tx) => raiseFailed(tx, alarms, failed));
  }
  async function told(): Promise<Told[]> {
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from deliveries where webhook_id = $1`,
      [webhookId],
    );
    return rows.map(({ payload }) => checkedAlarm(payload) as Told);
  }
  async function kept(): Promise<number> {
    return (await pool.query('select from alarm_failures')).rowCount ?? 0;
  }
  return { ...database, webhookId, alarms, fail, told, kept };
}
