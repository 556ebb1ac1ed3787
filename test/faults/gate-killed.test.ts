import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import type { Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { burstOf, windowProblems } from './gate-rules.ts';
import { chanceOf, LONG, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { after, type Arrival, type Behaviour } from './receiver-log.ts';
import { openScene, type Scene } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { mostAtOnce } from './waits.ts';

const WORKERS = 4;
const EVERY_MS = 3000;
const KILLS = sized(8, 100);
const KEYS = 200;
const CONCURRENCY = 7;
const RATE = { count: 50, per_seconds: 1, burst: 10 };

/** Posted at once to the webhook with a rate limit. */
const FILL = sized(500, 5000);

/** Small, so that a backlog is held and released all the while. */
const LIVE_JOBS = 20;

/**
 * A delivery is accepted or retried without a count: what comes until the next census of this busy
 * machine is on top of the window.
 */
const UNCOUNTED_JOBS = 200;

/**
 * The bound of a rate is exact where a send begins in a worker. Its request may come so much later
 * than others; on top of it comes what this process took to look at it, which is measured.
 */
const LATE_MS = 250;

test('four workers, one killed with SIGKILL every three seconds → no key is out of order, no limit is exceeded, and all that was accepted is delivered', async (t) => {
  const scene = await openScene(t, { env: { POSTMAND_LIVE_JOBS: `${LIVE_JOBS}` } });
  const { pool } = scene.database;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const { ordered, few, rated } = await limitedWebhooks(scene);
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: 40 });
  const more = startTraffic(t, scene, {
    name: 'more ',
    callers: 3,
    pauseMs: 20,
    webhooks: [ordered, few, rated],
  });
  const chance = chanceOf('gate killed');
  const cut = new Map<string, number>();
  const living = new Set<Command>();
  const start = async () => void living.add(await scene.worker());
  await Promise.all(Array.from({ length: WORKERS }, start));
  const filling = Promise.all([fill(more, rated, FILL), fill(more, few, FILL / 4)]);

  const startedAt = performance.now();
  let since = new Date();
  const starting: Promise<void>[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const next = new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    await until('two are there', () => living.size > 1, 60_000);
    const doomed = chance.pick([...living]);
    living.delete(doomed);
    await doomed.end('SIGKILL');
    since = new Date();
    starting.push(start());
    // Its claims are among them.
    for (const id of await claimed(pool)) cut.set(id, (cut.get(id) ?? 0) + 1);
    await next;
  }
  await Promise.all([...starting, filling]);
  const killingS = (performance.now() - startedAt) / 1000;
  await Promise.all([traffic.stop(), more.stop()]);
  if (!LONG) {
    // What nobody alive has a claim on any more was left behind: its leases are over at once.
    await Promise.all([...living].map((worker) => worker.end('SIGTERM')));
    await nobodyWaits(pool);
    await expire(pool, await claimed(pool));
    await scene.worker();
    await scene.worker();
  }

  const all = { ...traffic, posts: [...traffic.posts, ...more.posts] };
  const rows = await judge(t, scene, {
    traffic: all,
    since,
    mayRepeat: ({ id }) => cut.has(id),
    mostRepeats: Math.max(0, ...cut.values()),
  });

  const sentTo = (path: string) =>
    scene.receiver.arrivals.filter((arrival) => arrival.path === path);
  const most = mostAtOnce(sentTo('/few'));
  const lateMs = LATE_MS + delay.max / 1e6;
  const burst = burstOf(startsOf(sentTo('/rated')), RATE.count / RATE.per_seconds);
  const keyed = new Set(all.posts.flatMap(({ key, webhookId }) => (key ? [webhookId + key] : [])));
  t.diagnostic(
    `${KILLS} workers killed in ${killingS.toFixed(0)} s, ${keyed.size} keys, ${rows.length} deliveries, ${scene.receiver.arrivals.length} sends; ` +
      `most at once ${most} of ${CONCURRENCY}; burst ${burst.toFixed(1)} of ${RATE.burst}, late by up to ${lateMs.toFixed(0)} ms; ` +
      `most jobs ${Math.max(...scene.gate.mostJobs.values())}, ${scene.gate.looks()} looks`,
  );
  assert.ok(most <= CONCURRENCY, `${most} at once`);
  assert.ok(burst <= RATE.burst + (lateMs * RATE.count) / 1000, `a burst of ${burst}`);
  assert.deepEqual([...windowProblems(scene.gate.mostJobs, 2 * LIVE_JOBS + UNCOUNTED_JOBS)], []);
  assert.ok(scene.gate.looks() > 10);
});

/** What a rate limit and a few permits cannot let through at once. */
async function fill(traffic: Traffic, { id }: Webhook, count: number): Promise<void> {
  const post = async () => {
    while ((count -= 1) >= 0) await traffic.post(id);
  };
  await Promise.all(Array.from({ length: 8 }, post));
}

/** They fail some of the deliveries once or twice, and so do those of the scene. */
async function limitedWebhooks(scene: Scene) {
  const [ordered, few, rated] = await Promise.all([
    scene.webhook('/keyed', flaky(5), { end: 'succeeded', settings: {}, keys: KEYS }),
    scene.webhook('/few', flaky(60), {
      end: 'succeeded',
      settings: { max_concurrency: CONCURRENCY, max_delivery_attempts: 10 },
      keys: 40,
    }),
    scene.webhook('/rated', flaky(5), {
      end: 'succeeded',
      settings: { rate_limit: RATE, max_delivery_attempts: 10 },
    }),
  ]);
  return { ordered, few, rated };
}

/** Of 16 deliveries two fail once and one fails twice; each answer takes `ms`. */
function flaky(ms: number): Behaviour {
  return ({ bodyHash }, nth) => {
    const failures = [2, 1, 1][Number.parseInt(bodyHash.slice(0, 1), 16)] ?? 0;
    return after(ms, nth <= failures ? 503 : 200);
  };
}

const startsOf = (arrivals: Arrival[]): number[] =>
  arrivals.map(({ at }) => at).sort((a, b) => a - b);
