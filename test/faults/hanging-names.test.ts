import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hangingNames } from '../setup/hanging-names.ts';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart } from './scene.ts';
import { startTraffic } from './traffic.ts';

const NAMES = 8;
const WAITING = sized(40, 400);

test('eight names whose DNS hangs, with many waiting → everything else is delivered meanwhile, the hanging ones time out as attempts', async (t) => {
  const scene = await openScene(t);
  const { env, release } = await hangingNames(t);
  const settings = { delivery_attempt_timeout: 2, max_delivery_attempts: 2 };
  const hanging: string[] = [];
  for (let i = 0; i < NAMES; i += 1) {
    const url = `http://hang-${i}.test/`;
    hanging.push(
      (
        await webhookApart(scene, `/hang-${i}`, () => 200, {
          end: 'failed',
          settings: { ...settings, url },
        })
      ).id,
    );
  }
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: 60 });
  for (let i = 0; i < WAITING; i += 1) await traffic.post(hanging[i % NAMES] ?? '');

  const since = new Date();
  await scene.worker(env);
  await traffic.accepted(sized(100, 500));
  const others = traffic.posts.flatMap(({ webhookId, deliveryId }) =>
    deliveryId && !hanging.includes(webhookId) ? [deliveryId] : [],
  );
  await until(
    'all others are settled',
    async () => (await settled(others)) === others.length,
    60_000,
  );
  t.diagnostic(
    `${others.length} others were delivered while ${WAITING} deliveries waited for names that hang`,
  );

  const errors = async () =>
    (
      await scene.database.pool.query<{ error: string }>(
        `select distinct error from delivery_attempts where error <> ''`,
      )
    ).rows;
  await until(
    'the hanging ones time out',
    async () => (await errors()).some(({ error }) => error === 'timeout after 2 s'),
    60_000,
  );
  await release();
  await judge(t, scene, {
    traffic,
    since,
    neverArrives: ({ webhook_id }) => hanging.includes(webhook_id),
  });
  for (const { error } of await errors())
    assert.match(error, /^(timeout after 2 s|name lookup failed for now: hang-\d\.test)$/);

  async function settled(ids: string[]): Promise<number> {
    const { rows } = await scene.database.pool.query(
      `select from deliveries where id = any ($1) and status <> 'pending'`,
      [ids],
    );
    return rows.length;
  }
});
