import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { HELD_REASONS, type HeldReason } from '../../src/deliveries/delivery.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createAgeCheck, expireHeld } from '../../src/upkeep/expire.ts';
import { keepingLog } from '../setup/parts.ts';
import { freshOrdering, lineOf } from '../setup/ordering.ts';
import { addDeliveries, addDeliveryRows, addWebhook, expireIn, holdAll } from '../setup/rows.ts';
import { deliveryRow } from '../setup/tables.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

const ORDERED = 'c: pending ordered';
const HELD = 'a: pending head endpoint_paused';

suite('held deliveries whose own time has come', { concurrency: 4 }, () => {
  // What waits in the outbox is taken in before it ends.
  for (const reason of HELD_REASONS.filter((one) => one !== 'outbox'))
    test(`held as ${reason}, and its time has come → failed as expired, without an attempt`, async (t) => {
      const world = await openWorld(t);
      const webhook = await addWebhook(world, { active: reason !== 'webhook_inactive' });
      const [id = ''] = await addDeliveries(world, webhook.id);
      await holdAll(world, webhook.id, reason);
      await expireIn(world.pool, -1);
      await expireHeld(world);
      assert.deepEqual(await endOf(world, id), ['failed', 'expired', false, null, 0]);
      assert.deepEqual(world.log.lines, [
        {
          level: 'info',
          event: 'delivery.failed',
          fields: { webhook_id: webhook.id, delivery_id: id, failed_reason: 'expired' },
        },
      ]);
      assert.match(
        await world.metrics.text(),
        /^postmand_deliveries_failed_total\{reason="expired"\} 1$/m,
      );
    });

  test('its time has not come, or it has none → it stays held', async (t) => {
    const world = await openWorld(t);
    const webhook = await addWebhook(world);
    const [soon = '', never = ''] = await addDeliveries(world, webhook.id, { count: 2 });
    await holdAll(world, webhook.id, 'endpoint_paused');
    await expireIn(world.pool, 60);
    await world.pool.query('update deliveries set expires_at = null where id = $1', [never]);
    await expireHeld(world);
    for (const id of [soon, never])
      assert.deepEqual(await endOf(world, id), ['pending', null, true, 'endpoint_paused', 0]);
  });

  test('it has a job → it is left to the claim', async (t) => {
    const world = await openWorld(t);
    const webhook = await addWebhook(world);
    const [id = ''] = await addDeliveries(world, webhook.id);
    await expireIn(world.pool, -1);
    await expireHeld(world);
    assert.deepEqual(await endOf(world, id), ['pending', null, false, null, 0]);
  });

  test('11,000 at once → all of them in two rounds, as two workers do it together', async (t) => {
    const world = await openWorld(t);
    const webhook = await addWebhook(world);
    await addDeliveries(world, webhook.id, { count: 11_000 });
    await holdAll(world, webhook.id, 'backlog');
    await expireIn(world.pool, -1);
    await Promise.all([untilDone(() => expireHeld(world)), untilDone(() => expireHeld(world))]);
    const { rows } = await world.pool.query(
      'select status, failed_reason, count(*)::integer from deliveries group by 1, 2',
    );
    assert.deepEqual(rows, [{ status: 'failed', failed_reason: 'expired', count: 11_000 }]);
    assert.equal(world.log.lines.length, 11_000);
  });
});

suite('held deliveries of a webhook that bounds their age', { concurrency: 4 }, () => {
  const REASONS: HeldReason[] = ['endpoint_paused', 'later', 'ordered'];

  test('too old, for any reason held and after any retry → failed as expired; the others stay', async (t) => {
    const world = await openWorld(t);
    const webhook = await addWebhook(world, { max_delivery_age: 3600 });
    const other = await addWebhook(world);
    for (const reason of REASONS) {
      await addDeliveryRows(world.pool, [
        { webhookId: webhook.id, payload: 'old', createdAt: -3601 },
        { webhookId: webhook.id, payload: 'old', createdAt: -7200, scheduledAt: 60, attempts: 2 },
        { webhookId: webhook.id, payload: 'young', createdAt: -3500 },
        { webhookId: other.id, payload: 'young', createdAt: -7200 },
      ]);
      await world.pool.query(
        `update deliveries set held_reason = $1, parked_at = now() where parked_at is null`,
        [reason],
      );
    }
    await untilDone(createAgeCheck(world));
    const { rows } = await world.pool.query(
      `select payload, status, failed_reason, count(*)::integer from deliveries
       group by 1, 2, 3 order by 1`,
    );
    assert.deepEqual(rows, [
      { payload: 'old', status: 'failed', failed_reason: 'expired', count: 6 },
      { payload: 'young', status: 'pending', failed_reason: null, count: 6 },
    ]);
  });

  test('2,500 held, of which every second is too old → those end, wherever they are', async (t) => {
    const world = await openWorld(t);
    const webhook = await addWebhook(world, { max_delivery_age: 60 });
    await addDeliveries(world, webhook.id, { count: 2500 });
    await holdAll(world, webhook.id, 'endpoint_paused');
    await world.pool.query(
      `update deliveries set created_at = now() - interval '1 hour'
       where right(payload, 1) in ('0', '2', '4', '6', '8')`,
    );
    await untilDone(createAgeCheck(world));
    const { rows } = await world.pool.query(
      'select status, count(*)::integer from deliveries group by 1 order by 1',
    );
    assert.deepEqual(rows, [
      { status: 'failed', count: 1250 },
      { status: 'pending', count: 1250 },
    ]);
  });

  test('the age is raised before the look → nothing ends', async (t) => {
    const world = await openWorld(t);
    const webhook = await addWebhook(world, { max_delivery_age: 60 });
    const [id = ''] = await addDeliveryRows(world.pool, [
      { webhookId: webhook.id, createdAt: -3600 },
    ]);
    await holdAll(world, webhook.id, 'endpoint_paused');
    await world.pool.query('update webhooks set max_delivery_age = 7200');
    await untilDone(createAgeCheck(world));
    assert.deepEqual(await endOf(world, id), ['pending', null, true, 'endpoint_paused', 0]);
  });

  test('more webhooks than one round has steps → the next round goes on with them', async (t) => {
    const world = await openWorld(t);
    for (let n = 0; n < 25; n += 1) {
      const { id } = await addWebhook(world, { max_delivery_age: 60 });
      await addDeliveryRows(world.pool, [{ webhookId: id, createdAt: -3600 }]);
      await holdAll(world, id, 'endpoint_paused');
    }
    const round = createAgeCheck(world);
    assert.equal(await round(), 'more');
    assert.equal(world.log.lines.length, 20);
    assert.equal(await round(), undefined);
    assert.equal(world.log.lines.length, 25);
  });
});

suite('held deliveries with an ordering key', { concurrency: 4 }, () => {
  const KEYED: [when: string, block: boolean, expired: string, then: string[]][] = [
    ['the head', false, 'a', ['a: failed', 'b: pending head job', 'c: pending ordered']],
    ['one behind it', false, 'b', [HELD, 'b: failed', ORDERED]],
    ['the head and the next', false, 'ab', ['a: failed', 'b: failed', 'c: pending head job']],
    ['all of them', false, 'abc', ['a: failed', 'b: failed', 'c: failed']],
    ['the head, which blocks', true, 'a', ['a: failed head', 'b: pending ordered', ORDERED]],
    ['one behind it, which does not block', true, 'b', [HELD, 'b: failed', ORDERED]],
  ];

  for (const [when, block, expired, then] of KEYED)
    test(`the time of ${when} runs out → ${then.join(', ')}`, async (t) => {
      const order = await freshOrdering(t);
      const world = { ...order, log: keepingLog(), metrics: createMetrics() };
      const webhook = await addWebhook(order, {
        ordering_on_failure: block ? 'block' : 'continue',
      });
      await order.accept(webhook, 'k', 'a', 'b', 'c');
      await order.pool.query('delete from postmand_queue.job');
      await order.pool.query(
        `update deliveries set held_reason = 'endpoint_paused', parked_at = now() where is_head`,
      );
      await order.pool.query(
        'update deliveries set expires_at = now() where strpos($1, payload) > 0',
        [expired],
      );
      await expireHeld(world);
      assert.deepEqual(await lineOf(order.pool, 'k'), then);
    });
});

async function openWorld(t: TestContext) {
  const worker = await freshWorkerQueue(t);
  return { ...worker, log: keepingLog(), metrics: createMetrics() };
}

type World = Awaited<ReturnType<typeof openWorld>>;

async function untilDone(round: () => Promise<void | 'more'>): Promise<void> {
  while ((await round()) === 'more');
}

async function endOf({ pool }: World, id: string): Promise<unknown[]> {
  const row = await deliveryRow(pool, id);
  return [row?.status, row?.failed_reason, row?.held, row?.held_reason, row?.delivery_attempts];
}
