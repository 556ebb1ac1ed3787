import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { until } from '../setup/until.ts';
import { judge } from './oracle.ts';
import { openScene, type Scene } from './scene.ts';
import { startTraffic } from './traffic.ts';

const GENTLE = { callers: 4, pauseMs: 40 };

/** Enough attempts for a whole test. */
const PATIENT = { max_delivery_attempts: 1000 };

suite('a webhook while its deliveries are being retried', { concurrency: 2 }, () => {
  test('deactivated → nothing more is sent; active again → everything is sent', async (t) => {
    const scene = await openScene(t);
    let status = 503;
    const webhook = await scene.webhook('/broken', () => status, {
      end: 'succeeded',
      settings: PATIENT,
    });
    const traffic = startTraffic(t, scene, GENTLE);
    await scene.worker();
    await retried(scene, webhook, { count: 20 });

    const since = new Date();
    await change(scene, webhook, { active: false });
    await until(
      'all of its deliveries are held',
      async () =>
        (await countOf(scene, webhook, `held_reason is distinct from 'webhook_inactive'`)) === 0,
    );
    const arrived = arrivedAt(scene, '/broken');
    await traffic.accepted(60);
    assert.equal(arrivedAt(scene, '/broken'), arrived);
    assert.ok((await countOf(scene, webhook)) > 20, 'they wait, new ones among them');

    status = 200;
    await change(scene, webhook, { active: true });
    await judge(t, scene, { traffic, since });
  });

  test('given another URL → retries go there, and none goes to the old one', async (t) => {
    const scene = await openScene(t);
    const webhook = await scene.webhook('/old', () => 503, { end: 'succeeded', settings: PATIENT });
    const traffic = startTraffic(t, scene, GENTLE);
    await scene.worker();
    await retried(scene, webhook, { count: 20 });

    const since = new Date();
    await change(scene, webhook, { url: `${scene.receiver.url}/new` });
    const changedAt = performance.now();
    await traffic.accepted(60);
    const rows = await judge(t, scene, { traffic, since });
    const moved = rows.filter(({ webhook_id }) => webhook_id === webhook.id);
    assert.ok(moved.some(({ arrivals }) => arrivals[0]?.path === '/old'));
    for (const { arrivals } of moved) {
      assert.deepEqual(
        arrivals.map(({ path }) => path),
        arrivals.map((_one, i) => (i < arrivals.length - 1 ? '/old' : '/new')),
      );
      // One that had been read before the change may be on its way.
      assert.ok(arrivals.filter(({ path, at }) => path === '/old' && at > changedAt).length <= 1);
    }
  });

  test('given fewer attempts → a delivery that has had as many gets at most one more', async (t) => {
    const scene = await openScene(t);
    const webhook = await scene.webhook('/never', () => 503, { end: 'failed', settings: PATIENT });
    const traffic = startTraffic(t, scene, GENTLE);
    await scene.worker();
    await retried(scene, webhook, { count: 20, attempts: 3 });

    const since = new Date();
    await change(scene, webhook, { max_delivery_attempts: 2 });
    const { rows: before } = await scene.database.pool.query<{ id: string; had: number }>(
      'select id, delivery_attempts as had from deliveries where webhook_id = $1',
      [webhook.id],
    );
    const had = new Map(before.map(({ id, had }) => [id, had]));
    await traffic.accepted(60);
    const rows = await judge(t, scene, {
      traffic,
      since,
      attempts: ({ webhook_id, recorded }) =>
        webhook_id === webhook.id ? recorded.length : undefined,
    });
    for (const { id, recorded } of rows.filter(({ webhook_id }) => webhook_id === webhook.id)) {
      // One that had been read before the change may be on its way, and is judged as it was then.
      assert.ok(
        recorded.length >= 2 && recorded.length <= Math.max(2, (had.get(id) ?? 0) + 2),
        `${had.get(id)} then ${recorded.length}`,
      );
    }
  });

  test('deleted → nothing more is sent, and nothing of it is left', async (t) => {
    const scene = await openScene(t);
    const webhook = await scene.webhook('/doomed', () => 503, { end: 'failed', settings: PATIENT });
    const traffic = startTraffic(t, scene, GENTLE);
    await scene.worker();
    await retried(scene, webhook, { count: 20 });

    const since = new Date();
    assert.equal((await scene.api().call('DELETE', `/webhooks/${webhook.id}`)).status, 204);
    await until(
      'its deliveries and their jobs are gone',
      async () => (await countOf(scene, webhook)) + (await jobsOf(scene, webhook)) === 0,
    );
    const arrived = arrivedAt(scene, '/doomed');
    await traffic.accepted(60);
    assert.equal(arrivedAt(scene, '/doomed'), arrived);
    const posted = traffic.posts.filter(({ webhookId }) => webhookId === webhook.id);
    assert.ok(
      posted.some(({ outcome }) => outcome === 'refused'),
      'it takes nothing new',
    );
    for (const { deliveryId } of posted)
      if (deliveryId)
        assert.equal((await scene.api().call('GET', `/deliveries/${deliveryId}`)).status, 404);
    await judge(t, scene, {
      traffic,
      since,
      end: ({ webhookId }) => (webhookId === webhook.id ? 'gone' : undefined),
    });
  });
});

/** Waits until `count` deliveries have failed `attempts` times and wait for the next. */
async function retried(
  scene: Scene,
  webhook: Webhook,
  { count, attempts = 1 }: { count: number; attempts?: number },
): Promise<void> {
  await until(
    `${count} deliveries are retried`,
    async () => (await countOf(scene, webhook, `delivery_attempts >= ${attempts}`)) >= count,
  );
}

async function change(
  scene: Scene,
  webhook: Webhook,
  settings: Partial<WebhookSettings>,
): Promise<void> {
  const { status, body } = await scene
    .api()
    .call('PUT', `/webhooks/${webhook.id}`, { ...webhook, ...settings });
  assert.equal(status, 200, JSON.stringify(body));
}

/** Its pending deliveries for which `condition` holds. */
async function countOf(
  { database: { pool } }: Scene,
  { id }: Webhook,
  condition = 'true',
): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from deliveries where webhook_id = $1 and status = 'pending' and ${condition}`,
    [id],
  );
  return rows[0]?.n ?? 0;
}

async function jobsOf({ database: { pool } }: Scene, { id }: Webhook): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from postmand_queue.job where name = 'deliveries' and group_id = $1`,
    [id],
  );
  return rows[0]?.n ?? 0;
}

const arrivedAt = ({ receiver }: Scene, path: string): number =>
  receiver.arrivals.filter((arrival) => arrival.path === path).length;
