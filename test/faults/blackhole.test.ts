import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { crowdApart, openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';
import { mostAtOnce, quantile, summaryOf, waitsOf } from './waits.ts';

const WEBHOOKS = sized(60, 300);
const SLOTS = sized(20, 100);

test(`${WEBHOOKS} quick endpoints fall silent all at once, and answer again later → deliveries to others arrive meanwhile, and in the end everything arrives`, async (t) => {
  const scene = await openScene(t, { env: { POSTMAND_WORKER_CONCURRENCY: String(SLOTS) } });
  const { receiver } = scene;
  const answer = Promise.withResolvers<number>();
  const settings = { delivery_attempt_timeout: 6, max_delivery_attempts: 100 };
  const turning = await crowdApart(scene, WEBHOOKS, '/turning', () => 200, {
    end: 'succeeded',
    settings,
  });
  const healthy = startTraffic(t, scene, { webhooks: scene.webhooks.slice(0, 2), callers: 2 });
  const traffic = startTraffic(t, scene, {
    name: 'turning ',
    webhooks: turning,
    callers: 4,
    pauseMs: 20,
  });
  const silentOnes = () => receiver.arrivals.filter(({ path }) => path.startsWith('/turning'));
  await scene.worker();
  await until(
    'each has been quick',
    () => new Set(silentOnes().map(({ path }) => path)).size === WEBHOOKS,
    60_000,
  );

  receiver.behave('/turning', () => answer.promise);
  const since = new Date();
  const before = { arrived: silentOnes().length, posts: healthy.posts.length };
  await until(
    'they are tried again and again',
    () => silentOnes().length >= before.arrived + 3 * SLOTS,
    60_000,
  );
  const posts = healthy.posts.slice(before.posts);
  await until('what was posted to others arrives', () =>
    posts.every(({ id }) => receiver.of(id).length > 0),
  );
  const waits = waitsOf(posts, receiver);
  const most = mostAtOnce(receiver.arrivals);
  t.diagnostic(`${summaryOf(waits)}; at most ${most} requests were open at once`);
  assert.ok(quantile(waits, 0.5) < 500 && quantile(waits, 1) < 5000, summaryOf(waits));
  assert.ok(most <= 2 * SLOTS, `${most} requests were open`);

  receiver.behave('/turning', () => 200);
  answer.resolve(200);
  await traffic.stop();
  const all = [...traffic.posts, ...healthy.posts];
  await judge(t, scene, { traffic: { ...healthy, posts: all, stop: healthy.stop }, since });
});
