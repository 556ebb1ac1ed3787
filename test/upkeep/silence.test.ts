import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { integer, record, sample } from 'fast-check';
import { WebhookAlarms } from '../../src/alarms/alarms.ts';
import { silentWebhookIds } from '../../src/deliveries/silent.ts';
import { releaseDue } from '../../src/upkeep/release.ts';
import { judgeSilent } from '../../src/upkeep/silence.ts';
import { judge } from '../../src/webhooks/health/health.ts';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { checkedAlarm } from '../alarms/alarm-schema.ts';
import { keepingLog } from '../setup/parts.ts';
import { addAttemptRows, addDeliveries, addWebhook, holdAll } from '../setup/rows.ts';
import { deliveryRow } from '../setup/tables.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

const AFTER = { failing_after: { attempts: 3, seconds: 60 } };

suite('a webhook whose endpoint says nothing more', { concurrency: 4 }, () => {
  test('its failures are enough and have lasted → it is failing, told once with its last attempt', async (t) => {
    const world = await openWorld(t);
    const { id } = await world.failed(AFTER, { failures: 3, seconds: 61 });
    await world.look();
    assert.deepEqual(await world.stateOf(id), ['healthy', true, false]);
    const [told, ...more] = await world.told();
    const { failures_since, ...data } = told?.data ?? {};
    assert.ok(failures_since);
    const [delivery_id] = world.deliveries;
    assert.deepEqual(data, {
      ...{ webhook_id: id, webhook_name: 'a webhook', held: false, consecutive_failures: 3 },
      last_attempt: { delivery_id, response_status_code: 500, error: '' },
    });
    assert.deepEqual(more, []);
    assert.deepEqual(
      world.log.lines.filter(({ event }) => event === 'webhook.failing'),
      [{ level: 'warn', event: 'webhook.failing', fields: { webhook_id: id, held: false } }],
    );
    await world.look();
    assert.equal((await world.told()).length, 1);
  });

  test('it asks to have deliveries held → they are, and one of them is tried as its probe', async (t) => {
    const world = await openWorld(t);
    const { id } = await world.failed(
      { ...AFTER, on_failing: 'hold' },
      { failures: 3, seconds: 61 },
    );
    await world.look();
    assert.deepEqual(await world.stateOf(id), ['failing', true, true]);
    assert.equal((await world.told())[0]?.data['held'], true);
    const [delivery = ''] = world.deliveries;
    await holdAll(world, id, 'endpoint_failing');
    await world.pool.query(
      `update webhook_states set probe_at = now(), wake_at = now() where webhook_id = $1`,
      [id],
    );
    await releaseDue({ ...world, liveJobs: 1000 });
    assert.equal((await deliveryRow(world.pool, delivery))?.held_reason, null);
  });

  const QUIET: [what: string, how: (world: World, id: string) => Promise<unknown>][] = [
    ['it has nothing to send', ({ pool }) => pool.query('delete from deliveries')],
    ['it is inactive', ({ pool }) => pool.query('update webhooks set active = false')],
    [
      'it is paused',
      ({ pool }) => pool.query(`update webhook_states set paused_until = 'infinity'`),
    ],
    ['it is failing', ({ pool }) => pool.query('update webhook_states set failing_since = now()')],
    ['a test is all that waits', ({ pool }) => pool.query('update deliveries set test = true')],
  ];
  for (const [what, how] of QUIET)
    test(`${what} → nothing changes`, async (t) => {
      const world = await openWorld(t);
      const { id } = await world.failed(AFTER, { failures: 3, seconds: 61 });
      await how(world, id);
      await world.look();
      assert.deepEqual([await world.told(), world.log.lines], [[], []]);
    });

  test('it is the alert webhook → it is failing, and nobody is told', async (t) => {
    const world = await openWorld(t);
    await world.fail(world.webhookId, { failures: 30, seconds: 61 });
    await world.look();
    assert.deepEqual(await world.stateOf(world.webhookId), ['healthy', true, false]);
    assert.deepEqual(await world.told(), []);
  });

  test('generated failures and settings → found in SQL where the rule for attempts says so', async (t) => {
    const world = await openWorld(t);
    const one = record({
      attempts: integer({ min: 1, max: 4 }),
      seconds: integer({ min: 0, max: 100 }),
      failures: integer({ min: 1, max: 5 }),
      ago: integer({ min: 1, max: 110 }),
    });
    const cases = sample(one, { numRuns: 60, seed: 7 });
    const expected = new Set<string>();
    for (const { attempts, seconds, failures, ago } of cases) {
      const failing_after = { attempts, seconds };
      const { id } = await world.failed({ failing_after }, { failures, seconds: ago + 0.5 });
      const health = {
        state: 'healthy' as const,
        ...{ consecutive_failures: failures, failures_since: -ago - 0.5 },
        ...{ failing_since: null, last_success_at: null, last_failure_at: 0, probe_at: null },
        ...{ probe_pause: null, probe_delivery_id: null, recovering_since: null },
      };
      const settings = { on_failing: 'retry', failing_after, deactivate_after: null } as const;
      if (judge(health, { settings, now: 0 }).changes.length > 0) expected.add(id);
    }
    assert.ok(expected.size > 5 && expected.size < 55, `${expected.size} of 60`);
    assert.deepEqual(new Set(await silentWebhookIds(world.pool, 100)), expected);
  });
});

type World = Awaited<ReturnType<typeof openWorld>>;
type Told = { type: string; data: Record<string, unknown> };
type Failures = { failures: number; seconds: number };

async function openWorld(t: TestContext) {
  const worker = await freshWorkerQueue(t);
  const { pool } = worker;
  const log = keepingLog();
  const { id: webhookId } = await addWebhook(worker, { name: 'Operators' });
  const alarms = new WebhookAlarms({ webhookId, log });
  const deliveries: string[] = [];
  async function fail(id: string, { failures, seconds }: Failures): Promise<void> {
    const ids = await addDeliveries(worker, id, { overdueSeconds: -3600 });
    deliveries.push(...ids);
    await addAttemptRows(
      pool,
      ids.map((deliveryId) => ({ webhookId: id, deliveryId, success: false })),
    );
    await pool.query(
      `insert into webhook_states (webhook_id, consecutive_failures, failures_since,
         last_failure_at)
       values ($1, $2, now() - make_interval(secs => $3), now())`,
      [id, failures, seconds],
    );
  }
  async function failed(settings: Partial<WebhookSettings>, failures: Failures) {
    const webhook = await addWebhook(worker, settings);
    await fail(webhook.id, failures);
    return webhook;
  }
  async function stateOf(id: string): Promise<unknown[]> {
    const { rows } = await pool.query<{ state: string; failing: boolean; probed: boolean }>(
      `select state, failing_since is not null as failing,
         probe_at > now() and wake_at = probe_at as probed
       from webhook_states where webhook_id = $1`,
      [id],
    );
    return rows.flatMap(({ state, failing, probed }) => [state, failing, probed ?? false]);
  }
  async function told(): Promise<Told[]> {
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from deliveries where webhook_id = $1 and payload like '{"type"%'`,
      [webhookId],
    );
    return rows.map(({ payload }) => checkedAlarm(payload) as Told);
  }
  const look = () => judgeSilent({ pool, alarms, log });
  return { ...worker, webhookId, log, deliveries, fail, failed, stateOf, told, look };
}
