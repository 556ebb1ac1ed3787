import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { WebhookAlarms } from '../../src/alarms/alarms.ts';
import { tellBehind } from '../../src/upkeep/queue-behind.ts';
import { checkedAlarm } from '../alarms/alarm-schema.ts';
import { keepingLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

const SECONDS = 60;

suite('deliveries that are late', { concurrency: 4 }, () => {
  test('two webhooks are late, one just not → one alarm for both, once; when they are not late any more → one for both', async (t) => {
    const world = await openWorld(t);
    const ids = [];
    for (const overdueSeconds of [90, 61, 59]) {
      const { id, name } = await addWebhook(world, { name: `late by ${overdueSeconds}` });
      await addDeliveries(world, id, { overdueSeconds });
      ids.push({ id, name });
    }
    await world.look();
    await world.look();
    const [behind, ...more] = await world.told();
    assert.deepEqual(more, []);
    const { webhooks, ...data } = behind?.data ?? {};
    assert.deepEqual(data, { state: 'behind', count: 2 });
    assert.deepEqual(
      (webhooks as Shown[]).map(({ webhook_id, webhook_name }) => [webhook_id, webhook_name]),
      ids.slice(0, 2).map(({ id, name }) => [id, name]),
    );
    assert.ok((webhooks as Shown[]).every(({ oldest_due_at }) => Date.parse(oldest_due_at) > 0));

    // Late by more than half of it: it may be again in a moment.
    await world.shift(20);
    await world.look();
    assert.equal((await world.told()).length, 1);
    await world.shift(60);
    await world.look();
    const [, caughtUp] = await world.told();
    assert.deepEqual([caughtUp?.data['state'], caughtUp?.data['count']], ['caught_up', 2]);
    assert.deepEqual(
      world.log.lines.map(({ level, event, fields }) => [level, event, fields['webhooks']]),
      [
        ['warn', 'queue.behind', 2],
        ['info', 'queue.caught_up', 2],
      ],
    );
    await world.look();
    assert.equal((await world.told()).length, 2);
  });

  test('a delivery is late as its attempt takes long, it is paused, or it is of the alert webhook → nothing', async (t) => {
    const world = await openWorld(t);
    const { id } = await addWebhook(world);
    const [slow = ''] = await addDeliveries(world, id, { overdueSeconds: 90 });
    await world.claimOf(id, slow);
    const paused = await addWebhook(world);
    await addDeliveries(world, paused.id, { overdueSeconds: 90 });
    await world.pool.query(
      `update deliveries set held_reason = 'endpoint_paused', parked_at = now()
       where webhook_id = $1`,
      [paused.id],
    );
    await addDeliveries(world, world.webhookId, { overdueSeconds: 90 });
    await world.look();
    assert.deepEqual([await world.told(), world.log.lines], [[], []]);
  });

  test('two workers look at the same time → one alarm', async (t) => {
    const world = await openWorld(t);
    const { id } = await addWebhook(world);
    await addDeliveries(world, id, { overdueSeconds: 90 });
    await Promise.all(Array.from({ length: 4 }, () => world.look()));
    assert.equal((await world.told()).length, 1);
  });

  test('the webhook is deleted meanwhile → its mark goes with it, and nothing is told', async (t) => {
    const world = await openWorld(t);
    const { id } = await addWebhook(world);
    await addDeliveries(world, id, { overdueSeconds: 90 });
    await world.look();
    await world.pool.query('delete from deliveries where webhook_id = $1', [id]);
    await world.pool.query('delete from webhooks where id = $1', [id]);
    await world.look();
    assert.equal((await world.told()).length, 1);
  });
});

type Shown = { webhook_id: string; webhook_name: string; oldest_due_at: string };
type Told = { type: string; data: Record<string, unknown> };

async function openWorld(t: TestContext) {
  const worker = await freshWorkerQueue(t);
  const { pool } = worker;
  const log = keepingLog();
  const { id: webhookId } = await addWebhook(worker, { name: 'Operators' });
  const alarms = new WebhookAlarms({ webhookId, log: { ...log, info() {} } });
  const look = () => tellBehind({ pool, alarms, webhookId, seconds: SECONDS, log });
  /** What is late becomes so much less late. */
  const shift = (seconds: number) =>
    pool.query(`update deliveries set scheduled_at = scheduled_at + make_interval(secs => $1)`, [
      seconds,
    ]);
  async function told(): Promise<Told[]> {
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from deliveries where webhook_id = $1 and payload like '{"type"%'
       order by outbox_place`,
      [webhookId],
    );
    return rows.map(({ payload }) => checkedAlarm(payload) as Told);
  }
  return { ...worker, webhookId, log, look, shift, told };
}
