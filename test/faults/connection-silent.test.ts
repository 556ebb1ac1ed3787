import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { LONG, ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { heldSettling } from './settling.ts';
import { lockTable } from '../setup/table-lock.ts';
import { CALM, startTraffic } from './traffic.ts';

suite('a connection that goes silent', { concurrency: 2 }, () => {
  test('all connections of a worker, within a settling transaction → another worker takes over, and later both work', async (t) => {
    const scene = await openScene(t);
    const proxy = await startDatabaseProxy(t, scene.database.url);
    const traffic = startTraffic(t, scene, CALM);
    const cut = new Set<string>();
    const silent = await scene.worker({ POSTMAND_DATABASE_URL: proxy.url });
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await traffic.accepted(30);
      const unlock = await lockTable(t, scene.database, 'delivery_attempts');
      await heldSettling(scene.database.pool);
      proxy.freeze();
      since = new Date();
      await unlock();
      const claims = await claimed(scene.database.pool);
      for (const id of claims) cut.add(id);
      if (!LONG) await expire(scene.database.pool, claims);
      const other = await scene.worker();
      await until(
        'the other one recorded all of them',
        async () => (await attempted(claims)) === claims.size,
        90_000,
      );
      proxy.thaw();
      const before = silent.lines.length;
      await traffic.accepted(30);
      await until(
        'the first one works again',
        () => silent.lines.slice(before).some(({ event }) => event === 'delivery.attempted'),
        90_000,
      );
      await other.end('SIGTERM');
    }
    const mine = ({ id }: { id: string }) => cut.has(id);
    // The worker was cut off from the database, so its sends went on or were not recorded, and may
    // be made again (at least once).
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: mine,
      mayOverlap: mine,
      mostRepeats: ROUNDS,
      errors: ['dispatch.failed'],
    });

    async function attempted(ids: Set<string>): Promise<number> {
      const { rows } = await scene.database.pool.query(
        'select from deliveries where id = any ($1) and delivery_attempts > 0',
        [[...ids]],
      );
      return rows.length;
    }
  });

  // Takes a minute or two: each connection is given up after 35 s without an answer.
  const skip = !LONG && 'in the long form only';
  test(
    'every connection of the only worker, for good, while new ones work → it finds out by itself and goes on',
    { skip },
    async (t) => {
      const scene = await openScene(t);
      const proxy = await startDatabaseProxy(t, scene.database.url);
      const traffic = startTraffic(t, scene, CALM);
      const worker = await scene.worker({ POSTMAND_DATABASE_URL: proxy.url });
      await traffic.accepted(30);
      proxy.strand();
      const since = new Date();
      const cut = await claimed(scene.database.pool);
      const before = worker.lines.length;
      await until(
        'it works again',
        () => worker.lines.slice(before).some(({ event }) => event === 'delivery.attempted'),
        90_000,
      );
      await traffic.accepted(30);
      const mine = ({ id }: { id: string }) => cut.has(id);
      await judge(t, scene, {
        traffic,
        since,
        mayRepeat: mine,
        mayOverlap: mine,
        errors: ['dispatch.failed'],
      });
    },
  );

  for (const command of ['server', 'worker'] as const) {
    test(`every connection of a ${command} that is then told to stop → it ends, exit 0`, async (t) => {
      const scene = await openScene(t);
      const proxy = await startDatabaseProxy(t, scene.database.url);
      const traffic = startTraffic(t, scene, CALM);
      const silent = await scene[command]({
        POSTMAND_DATABASE_URL: proxy.url,
        POSTMAND_SHUTDOWN_GRACE_PERIOD: '2',
      });
      await traffic.accepted(30);
      proxy.strand();
      const since = new Date();
      const cut = await claimed(scene.database.pool);
      assert.deepEqual(await silent.end('SIGTERM'), { code: 0, signal: null });
      if (!LONG) await expire(scene.database.pool, cut);
      await scene.server();
      await scene.worker();
      const mine = ({ id }: { id: string }) => cut.has(id);
      await judge(t, scene, {
        traffic,
        since,
        mayRepeat: mine,
        errors: ['dispatch.failed', 'delivery.not_recorded'],
      });
    });
  }
});
