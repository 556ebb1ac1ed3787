import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { LONG, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { crowdApart, openScene, type Scene } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { mostAtOnce, quantile, summaryOf, waitsOf } from './waits.ts';
import { metricsOf } from './worker-metrics.ts';

const CASES = [
  { webhooks: sized(400, 3000), slots: sized(20, 100) },
  { webhooks: 300, slots: 10 },
];

/** Short, so that places in the slow lane become free again and again. */
const TIMEOUT_SECONDS = 2;

suite('many webhooks whose endpoints never answer', { concurrency: 1 }, () => {
  for (const { webhooks, slots } of CASES) {
    test(`${webhooks} of them, and ${slots} slots → at most ${2 * slots} requests are open, and others arrive at once, after SIGKILL too`, async (t) => {
      const scene = await openScene(t, { env: { POSTMAND_WORKER_CONCURRENCY: String(slots) } });
      const silence = Promise.withResolvers<number>();
      const settings = { delivery_attempt_timeout: TIMEOUT_SECONDS, max_delivery_attempts: 100 };
      const silent = await crowdApart(scene, webhooks, '/silent', () => silence.promise, {
        end: 'succeeded',
        settings,
      });
      const traffic = startTraffic(t, scene, { webhooks: scene.webhooks.slice(0, 2), callers: 2 });
      for (const { id } of silent) await Promise.all([traffic.post(id), traffic.post(id)]);

      const worker = await scene.worker();
      await othersArrive(t, { scene, traffic, slots, worker });
      await worker.end('SIGKILL');
      const since = new Date();
      const cut = await orphaned(scene);
      await othersArrive(t, { scene, traffic, slots, worker: await scene.worker() });

      const most = mostAtOnce(scene.receiver.arrivals);
      t.diagnostic(`at most ${most} requests were open at once`);
      assert.ok(most >= slots / 2 && most <= 2 * slots, `${most} requests were open`);
      silence.resolve(200);
      await judge(t, scene, { traffic, since, mayRepeat: ({ id }) => cut.has(id) });
    });
  }
});

type Phase = { scene: Scene; traffic: Traffic; slots: number; worker: Command };

/**
 * From the start of a worker until the slow lane was filled five times: what is posted to others
 * arrives soon, and claims are not in vain.
 */
async function othersArrive(
  t: TestContext,
  { scene, traffic, slots, worker }: Phase,
): Promise<void> {
  const first = traffic.posts.length;
  const silentOnes = () => scene.receiver.arrivals.filter(({ path }) => path.startsWith('/silent'));
  const tried = silentOnes().length;
  const turns = (times: number) =>
    until(`${times} turns`, () => silentOnes().length >= tried + times * slots, 60_000);
  await turns(1);
  await firstLookOver(worker, slots);
  const before = {
    at: performance.now(),
    metrics: await metricsOf(worker),
    tried: silentOnes().length,
  };
  await turns(4);
  const metrics = await metricsOf(worker);
  const tries = silentOnes().length - before.tried;
  const seconds = (performance.now() - before.at) / 1000;

  const posts = traffic.posts.slice(first);
  await until('what was posted arrives', () =>
    posts.every(({ id }) => scene.receiver.of(id).length > 0),
  );
  const waits = waitsOf(posts, scene.receiver);
  t.diagnostic(summaryOf(waits));
  const inVain = wentBack(metrics) - wentBack(before.metrics);
  t.diagnostic(
    `${(inVain / seconds).toFixed(1)} claims a second went back, beside ${(tries / seconds).toFixed(1)} sends to silent ones`,
  );
  // A claim that is returned costs about a tenth of a millisecond. What matters is that claims are
  // not made and returned all the time.
  assert.ok(inVain <= 20 * tries, `${inVain} claims went back beside ${tries} sends`);
  assert.ok(quantile(waits, 0.5) < 500 && quantile(waits, 1) < 5000, summaryOf(waits));
}

/**
 * At its first look at a backlog a worker claims one of each webhook, to learn what is known of it.
 */
async function firstLookOver(worker: Command, slots: number): Promise<void> {
  let last = { at: -Infinity, count: -Infinity };
  const isOver = async () => {
    if (performance.now() - last.at < 1000) return false;
    const before = last.count;
    last = { at: performance.now(), count: wentBack(await metricsOf(worker)) };
    return last.count - before < 2 * slots;
  };
  await until('the first look is over', isOver, 90_000);
}

/** Claims that were not sent, so far. */
function wentBack(metrics: Map<string, number>): number {
  return (
    (metrics.get('postmand_claim_batch_size_sum') ?? 0) -
    (metrics.get('postmand_settle_batch_size_sum') ?? 0)
  );
}

/** The claims that the only worker left behind. In the short form their lease is over at once. */
async function orphaned({ database: { pool } }: Scene): Promise<Set<string>> {
  await nobodyWaits(pool);
  const ids = await claimed(pool);
  if (!LONG) await expire(pool, ids);
  return ids;
}
