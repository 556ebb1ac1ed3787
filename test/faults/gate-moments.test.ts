import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { LONG } from './intensity.ts';
import { judge } from './oracle.ts';
import type { Arrival } from './receiver-log.ts';
import { openScene, webhookApart, type Scene } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { startTraffic, type Post, type Traffic } from './traffic.ts';
import { mostAtOnce } from './waits.ts';

const POSTS = 30;
const KEYED = { end: 'succeeded' as const, settings: {}, keys: 6 };

suite('while deliveries are held', { concurrency: 3 }, () => {
  test('a worker is killed between the release of deliveries and its commit → they stay held without a job, and the next worker releases them', async (t) => {
    const scene = await openScene(t);
    const { pool } = scene.database;
    const webhook = await webhookApart(scene, '/released', () => 200, KEYED);
    const traffic = startTraffic(t, scene, { callers: 0 });
    const put = async (active: boolean) => {
      const { status } = await scene
        .api()
        .call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active });
      assert.equal(status, 200);
    };
    await put(false);
    await post(traffic, webhook, POSTS);
    const doomed = await scene.worker();

    const unlock = await lockTable(t, scene.database, 'postmand_queue.job', 'share');
    await put(true);
    await until('a release that waits for the queue', () => isReleasing(pool));
    await doomed.end('SIGKILL');
    const since = new Date();
    await unlock();
    await nobodyWaits(pool);
    assert.equal(await heldFor(pool, webhook, 'webhook_inactive'), POSTS);

    await scene.worker();
    // What was not committed was not sent, so nothing is sent twice.
    await judge(t, scene, { traffic, since });
  });

  test('a pause ends while no worker runs → what it held is delivered when one does, each key in its order', async (t) => {
    const scene = await openScene(t);
    const { pool } = scene.database;
    const webhook = await webhookApart(scene, '/paused', () => 200, KEYED);
    const traffic = startTraffic(t, scene, { callers: 0 });
    const end = new Date(Date.now() + 2000).toISOString();
    const { status } = await scene
      .api()
      .call('POST', `/webhooks/${webhook.id}/pause`, { until: end });
    assert.equal(status, 200);
    await post(traffic, webhook, POSTS);
    assert.equal(await heldFor(pool, webhook, 'endpoint_paused'), POSTS);
    await until('the end of the pause', async () => {
      const { rows } = await pool.query<{ over: boolean }>('select now() > $1 as over', [end]);
      return rows[0]?.over;
    });
    const since = new Date();
    await scene.worker();
    await judge(t, scene, { traffic, since });
  });

  test('the worker of a probe is killed → another one probes, no budget is used, and everything is delivered once the endpoint is well', async (t) => {
    const scene = await openScene(t);
    const { pool } = scene.database;
    let answer: (arrival: Arrival) => number | Promise<number> = () => 503;
    const webhook = await webhookApart(scene, '/failing', (arrival) => answer(arrival), {
      end: 'succeeded',
      settings: {
        on_failing: 'hold',
        failing_after: { attempts: 3, seconds: 0 },
        max_delivery_attempts: 3,
      },
    });
    const traffic = startTraffic(t, scene, { callers: 0 });
    await post(traffic, webhook, POSTS);
    const doomed = await scene.worker();
    await until('all are held', async () => {
      return (await heldFor(pool, webhook, 'endpoint_failing')) === POSTS;
    });
    const failed = arrivalsAt(scene, '/failing');

    // It does not answer a probe: neither the one that is lost, nor those before it.
    answer = () => new Promise(() => {});
    await probeNow(pool, webhook);
    await until('a probe', () => arrivalsAt(scene, '/failing').length > failed.length);
    await doomed.end('SIGKILL');
    const since = new Date();
    const cut = await claimed(pool);
    assert.equal(cut.size, 1, 'nothing but the probe was under way');
    if (!LONG) await expire(pool, cut);

    answer = () => 200;
    await scene.worker();
    const rows = await judge(t, scene, { traffic, since, mayRepeat: ({ id }) => cut.has(id) });
    const mine = rows.filter(({ webhook_id }) => webhook_id === webhook.id);
    // It was made again, and told that the endpoint is well.
    const probed = mine.find(({ id }) => cut.has(id));
    assert.ok((probed?.unbudgeted_attempts ?? 0) > 0);
    assert.equal(mostAtOnce(probed?.arrivals ?? []), 1);
  });
});

async function post(traffic: Traffic, { id }: Webhook, count: number): Promise<void> {
  const posts: Promise<Post>[] = [];
  for (let n = 0; n < count; n += 1) posts.push(traffic.post(id));
  for (const { outcome } of await Promise.all(posts)) assert.equal(outcome, 'accepted');
}

async function heldFor(pool: Pool, { id }: Webhook, reason: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from deliveries d
     where webhook_id = $1 and held_reason = $2 and parked_at is not null and not exists (
       select from postmand_queue.job where singleton_key = d.id::text
     )`,
    [id, reason],
  );
  return rows[0]?.count ?? 0;
}

/** Somebody has changed deliveries, and waits for a table to go on. */
async function isReleasing(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_locks waiting join pg_locks held on held.pid = waiting.pid
     where not waiting.granted and waiting.locktype = 'relation'
       and held.granted and held.relation = 'deliveries'::regclass
       and held.mode = 'RowExclusiveLock'`,
  );
  return (rowCount ?? 0) > 0;
}

/** As if the time of the next probe had come. */
async function probeNow(pool: Pool, { id }: Webhook): Promise<void> {
  await pool.query(
    `update webhook_states set probe_at = now(), wake_at = now() where webhook_id = $1`,
    [id],
  );
}

const arrivalsAt = ({ receiver }: Scene, path: string): Arrival[] =>
  receiver.arrivals.filter((arrival) => arrival.path === path);
