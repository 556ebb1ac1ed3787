import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart } from './scene.ts';
import { startTraffic } from './traffic.ts';

const WAITING = sized(2000, 10_000);
const CALLERS = 16;

test('one endpoint that never answers, with thousands waiting for it → everything else is delivered meanwhile', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const silence = Promise.withResolvers<number>();
  const silent = await webhookApart(scene, '/silent', () => silence.promise, 'succeeded');
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: 60 });
  const waiting = Array.from({ length: CALLERS }, async () => {
    for (let i = 0; i < WAITING / CALLERS; i += 1) await traffic.post(silent.id);
  });
  await Promise.all(waiting);

  const since = new Date();
  await scene.worker();
  await traffic.accepted(sized(100, 500));
  const others = traffic.posts.flatMap(({ webhookId, deliveryId }) => (webhookId !== silent.id && deliveryId ? [deliveryId] : []));
  await until('all others are settled', async () => (await pendingOf(`id = any ($1)`, [others])) === 0, 120_000);
  assert.ok((await pendingOf('webhook_id = any ($1)', [[silent.id]])) >= WAITING, 'none of the silent ones has ended');
  const held = scene.receiver.open().filter(({ path }) => path === '/silent').length;
  assert.ok(held >= 1, 'the silent endpoint was tried');
  t.diagnostic(`${others.length} others were delivered beside ${WAITING} for a silent endpoint, which held ${held} slots`);

  silence.resolve(200);
  await judge(t, scene, traffic, { since });

  async function pendingOf(condition: string, values: unknown[]): Promise<number> {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::integer as n from deliveries where status = 'pending' and ${condition}`,
      values,
    );
    return rows[0]?.n ?? 0;
  }
});
