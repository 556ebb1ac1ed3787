import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import type { Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { LONG, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { metricsOf } from './worker-metrics.ts';

const WAITING = sized(2000, 10_000);
const CALLERS = 16;

/** Of a worker, in each of its two lanes. */
const SLOTS = 10;
const SILENT = 60;
const OF_EACH = 4;

test('one endpoint that never answers, with thousands waiting for it → everything else is delivered meanwhile', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const silence = Promise.withResolvers<number>();
  let most = 0;
  const keepSilent = () => {
    if (isSilent)
      most = Math.max(most, scene.receiver.open().filter(({ path }) => path === '/silent').length);
    return silence.promise;
  };
  let isSilent = true;
  const silent = await webhookApart(scene, '/silent', keepSilent, 'succeeded');
  // Without the endpoint that answers after more than a second: its sends move to the slow lane as
  // well.
  const quick = scene.webhooks.filter(({ url }) => !url.endsWith('/slow'));
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: 60, webhooks: quick });
  const waiting = Array.from({ length: CALLERS }, async () => {
    for (let i = 0; i < WAITING / CALLERS; i += 1) await traffic.post(silent.id);
  });
  await Promise.all(waiting);

  const since = new Date();
  const worker = await scene.worker();
  await until('its send is in the slow lane', async () => (await sendsIn(worker)).slow === 1);
  await traffic.accepted(sized(100, 500));
  const others = othersOf(traffic, [silent]);
  await until(
    'all others are settled',
    async () => (await pendingOf(pool, 'id = any ($1)', [others])) === 0,
    120_000,
  );
  assert.ok(
    (await pendingOf(pool, 'webhook_id = any ($1)', [[silent.id]])) >= WAITING,
    'none of the silent ones has ended',
  );
  assert.equal(most, 1, 'sends to the silent endpoint at a time');
  t.diagnostic(`${others.length} others were delivered beside ${WAITING} for a silent endpoint`);

  isSilent = false;
  silence.resolve(200);
  await judge(t, scene, { traffic, since });
});

test('more silent endpoints than slots → no more sends than both lanes have, and everything else is delivered meanwhile', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const silence = Promise.withResolvers<number>();
  let most = 0;
  const behaviour = () => {
    most = Math.max(most, scene.receiver.open().length);
    return silence.promise;
  };
  const settings = { delivery_attempt_timeout: 600 };
  const silent: Webhook[] = [];
  for (let i = 0; i < SILENT; i += 1)
    silent.push(
      await webhookApart(scene, `/silent/${i}`, behaviour, { end: 'succeeded', settings }),
    );
  // Endpoints that answer after more than a second are sure of a quarter of the slow lane only.
  // That is two places here, which is less than the traffic needs.
  const quick = scene.webhooks.filter(({ url }) => !url.endsWith('/slow'));
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: 60, webhooks: quick });
  for (const { id } of silent.flatMap((one) => Array.from({ length: OF_EACH }, () => one)))
    await traffic.post(id);

  const env = { POSTMAND_WORKER_CONCURRENCY: String(SLOTS) };
  const worker = await scene.worker(env);
  await othersArePast(worker);
  await worker.end('SIGKILL');
  const since = new Date();
  await nobodyWaits(pool);
  const cut = await claimed(pool);
  if (!LONG) await expire(pool, cut);
  await othersArePast(await scene.worker(env));
  assert.ok(most <= 2 * SLOTS, `${most} sends at a time`);
  const { open } = scene.receiver;
  t.diagnostic(
    `up to ${most} sends at a time, ${open().filter(({ path }) => path.startsWith('/silent')).length} of them silent at the end`,
  );

  silence.resolve(200);
  await judge(t, scene, { traffic, since, mayRepeat: ({ id }) => cut.has(id) });

  /**
   * Waits until silent sends fill what they may of the slow lane, and until all others that were
   * accepted by now have ended.
   */
  async function othersArePast(worker: Command): Promise<void> {
    await until(
      'silent sends have moved',
      async () => (await sendsIn(worker)).slow >= Math.floor(0.75 * SLOTS),
    );
    await traffic.accepted(sized(100, 500));
    const others = othersOf(traffic, silent);
    await until(
      'all others are settled',
      async () => (await pendingOf(pool, 'id = any ($1)', [others])) === 0,
      120_000,
    );
    const { fast, slow } = await sendsIn(worker);
    assert.ok(
      fast <= SLOTS && slow <= SLOTS,
      `${fast} sends in the fast lane and ${slow} in the slow one`,
    );
  }
});

function othersOf({ posts }: Traffic, silent: Webhook[]): string[] {
  const ids = new Set(silent.map(({ id }) => id));
  return posts.flatMap(({ webhookId, deliveryId }) =>
    deliveryId && !ids.has(webhookId) ? [deliveryId] : [],
  );
}

async function pendingOf(pool: Pool, condition: string, values: unknown[]): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from deliveries where status = 'pending' and ${condition}`,
    values,
  );
  return rows[0]?.n ?? 0;
}

async function sendsIn(worker: Command): Promise<{ fast: number; slow: number }> {
  const metrics = await metricsOf(worker);
  const of = (lane: string) => metrics.get(`postmand_sends_in_flight{lane="${lane}"}`) ?? NaN;
  return { fast: of('fast'), slow: of('slow') };
}
