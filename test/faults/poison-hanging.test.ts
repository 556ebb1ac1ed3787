import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { ending } from '../commands/processes.ts';
import { isRunning } from '../setup/process-state.ts';
import { until } from '../setup/until.ts';
import { markOf } from './claims.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart, type Scene } from './scene.ts';
import { isolatedSends, makePoison, POISONABLE, UNTIL_ISOLATED } from './poison.ts';
import { startTraffic, type Post, type Traffic } from './traffic.ts';

/** Most isolated sends at a time. */
const PLACES = 8;

/** Most of them to one webhook. */
const OF_ONE_WEBHOOK = 2;

/**
 * How soon a healthy delivery arrives takes a part of a second; this is for a machine with much
 * else to do.
 */
const SOON_MS = 5000;

const GRACE_SECONDS = 2;

suite('poison whose endpoints hang', { concurrency: 2 }, () => {
  for (const [many, count] of [
    ['one', 1],
    ['ten of as many webhooks', 10],
  ] as const) {
    test(`${many} → healthy deliveries arrive soon all the same`, async (t) => {
      const { scene, traffic, posts, cut, answer, since } = await openPoison(t, count);
      const worker = await scene.worker(POISONABLE);
      const sent = posts.slice(0, PLACES);
      await until('isolated sends', () => openOf(scene, posts).length === sent.length, 60_000);
      const [steady] = scene.webhooks as [Webhook];
      const slowest = await slowestOf(scene, traffic, steady);
      assert.ok(slowest < SOON_MS, `${slowest} ms`);
      assert.ok(openOf(scene, posts).every(({ process }) => process !== worker.process.pid));
      assert.equal(openOf(scene, posts).length, sent.length, 'they still hang');
      t.diagnostic(`the slowest healthy delivery arrived after ${slowest.toFixed(0)} ms`);

      answer(200);
      await judge(t, scene, {
        traffic,
        since,
        mayRepeat: ({ id }) => cut.has(id),
        mostRepeats: UNTIL_ISOLATED,
      });
    });
  }

  test('five of one webhook → two of them are sent at a time, and healthy deliveries arrive soon all the same', async (t) => {
    const scene = await openScene(t);
    const { promise, resolve: answer } = Promise.withResolvers<number>();
    const webhook = await webhookApart(scene, '/hanging', () => promise, {
      end: 'succeeded',
      settings: {
        delivery_attempt_timeout: 600,
      },
    });
    const traffic = startTraffic(t, scene, { callers: 0 });
    const posts = await Promise.all(Array.from({ length: 5 }, () => traffic.post(webhook.id)));
    // Sent by one worker after the other, a webhook that nothing is known of has one send at a
    // time: no death would hit all five.
    await scene.database.pool.query(
      `update postmand_queue.job set data = data || $1 where name = 'deliveries'`,
      [{ deaths: UNTIL_ISOLATED }],
    );
    await scene.worker(POISONABLE);
    await until('two isolated sends', () => openOf(scene, posts).length === OF_ONE_WEBHOOK, 60_000);
    const slowest = await slowestOf(scene, traffic, scene.webhooks[0] as Webhook);
    assert.ok(slowest < SOON_MS, `${slowest} ms`);
    assert.equal(openOf(scene, posts).length, OF_ONE_WEBHOOK);
    answer(200);
    await judge(t, scene, { traffic, since: new Date() });
  });

  test('the worker is told to stop → exit 0 in time, its process is gone, and the next worker delivers without a doubt', async (t) => {
    const { scene, traffic, posts, cut, answer, since } = await openPoison(t, 1);
    const { pool } = scene.database;
    const [{ deliveryId = '' } = {}] = posts;
    const worker = await scene.worker({
      ...POISONABLE,
      POSTMAND_SHUTDOWN_GRACE_PERIOD: String(GRACE_SECONDS),
    });
    const [send] = await isolatedSends(scene, posts, worker);
    assert.notEqual(await markOf(pool, deliveryId), null);

    const toldAt = performance.now();
    worker.process.kill('SIGTERM');
    assert.deepEqual(await ending(worker), { code: 0, signal: null });
    const tookMs = performance.now() - toldAt;
    assert.ok(
      tookMs >= GRACE_SECONDS * 1000 - 100 && tookMs < GRACE_SECONDS * 1000 + 3000,
      `${tookMs} ms`,
    );
    await until('its process is gone', () => !isRunning(send?.process ?? 0), 2000);
    assert.equal(await markOf(pool, deliveryId), null);
    const { rows } = await pool.query(
      `select state::text, retry_count, start_after <= now() as due, data from postmand_queue.job where name = 'deliveries' and data ->> 'deliveryId' = $1`,
      [deliveryId],
    );
    assert.deepEqual(rows, [
      { state: 'created', retry_count: UNTIL_ISOLATED, due: true, data: { deliveryId } },
    ]);

    answer(200);
    await scene.worker(POISONABLE);
    // A doubt would take half a minute.
    assert.equal((await scene.api().settled(deliveryId, 15_000)).status, 'succeeded');
    assert.equal((await scene.api().attempts(deliveryId)).length, 1);
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: ({ id }) => cut.has(id),
      mostRepeats: UNTIL_ISOLATED + 1,
    });
  });
});

/**
 * Poison, each delivery of a webhook of its own that hangs until `answer` is called. No worker is
 * at work, and no traffic flows by itself.
 */
async function openPoison(t: TestContext, count: number) {
  const scene = await openScene(t);
  const { promise, resolve: answer } = Promise.withResolvers<number>();
  const webhooks: Webhook[] = [];
  for (let i = 0; i < count; i += 1) {
    const settings = { delivery_attempt_timeout: 600 };
    webhooks.push(
      await webhookApart(scene, `/hanging/${i}`, () => promise, { end: 'succeeded', settings }),
    );
  }
  const traffic = startTraffic(t, scene, { callers: 0 });
  const posts = await Promise.all(webhooks.map(({ id }) => traffic.post(id)));
  const cut = await makePoison(scene, posts);
  return { scene, traffic, posts, cut, answer, since: new Date() };
}

function openOf({ receiver }: Scene, posts: Post[]) {
  const ids = new Set(posts.map(({ id }) => id));
  return receiver.open().filter(({ payloadId }) => ids.has(payloadId));
}

/**
 * Posts one after the other. @returns the longest time from a post to its arrival, in milliseconds.
 */
async function slowestOf({ receiver }: Scene, traffic: Traffic, webhook: Webhook): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < sized(50, 500); i += 1) {
    const postedAt = performance.now();
    const { id } = await traffic.post(webhook.id);
    const arrival = await until('a healthy delivery arrives', () => receiver.of(id)[0]);
    times.push(arrival.at - postedAt);
  }
  return Math.max(...times);
}
