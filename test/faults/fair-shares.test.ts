import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { after } from './receiver-log.ts';
import { crowdApart, openScene } from './scene.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { quantile, summaryOf, waitsOf } from './waits.ts';
import { metricsOf } from './worker-metrics.ts';

const BUSY = 6;
const WAITING = sized(150, 400);

/** Posts at the same time, a divisor of WAITING. */
const AT_ONCE = 10;

test(`${BUSY} endpoints that answer just before they count as slow, with ${WAITING} waiting for each → others arrive at once, and they get equal parts`, async (t) => {
  const scene = await openScene(t);
  const busy = await crowdApart(scene, BUSY, '/busy', () => after(900, 200), 'succeeded');
  const traffic = startTraffic(t, scene, { webhooks: scene.webhooks.slice(0, 2), callers: 2 });
  // They are posted one after the other, so that the order of the queue alone would not give them
  // equal parts.
  for (const { id } of busy) await postMany(traffic, id);

  const since = new Date();
  const worker = await scene.worker();
  const first = traffic.posts.length;
  const countsOf = () =>
    busy.map(({ url }) => scene.receiver.arrivals.filter(({ path }) => url.endsWith(path)).length);
  await until(
    'one of them has only a quarter left',
    () => Math.max(...countsOf()) >= 0.75 * WAITING,
    120_000,
  );
  const counts = countsOf();
  const metrics = await metricsOf(worker);
  const arrived = scene.receiver.arrivals.length;
  const posts = traffic.posts.slice(first);
  await until(
    'what was posted arrives',
    () => posts.every(({ id }) => scene.receiver.of(id).length > 0),
    60_000,
  );
  const waits = waitsOf(posts, scene.receiver);
  const claims = metrics.get('postmand_claim_batch_size_sum') ?? 0;
  t.diagnostic(`${summaryOf(waits)}; the others got ${counts.join(', ')}, by ${claims} claims`);

  assert.ok(quantile(waits, 0.5) < 500 && quantile(waits, 1) < 5000, summaryOf(waits));
  assert.ok(Math.min(...counts) >= 0.5 * Math.max(...counts), `they got ${counts.join(', ')}`);
  assert.ok(claims < 2 * arrived, `${claims} claims for ${arrived} sends`);
  await judge(t, scene, { traffic, since });
});

async function postMany(traffic: Traffic, webhookId: string): Promise<void> {
  for (let posted = 0; posted < WAITING; posted += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, () => traffic.post(webhookId)));
}
