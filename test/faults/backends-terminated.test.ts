import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { chanceOf, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, orderedWebhook } from './scene.ts';
import { heldSettling, nobodyWaits } from './settling.ts';
import { lockTable } from '../setup/table-lock.ts';
import { startTraffic } from './traffic.ts';

suite('pg_terminate_backend', { concurrency: 2 }, () => {
  test('within the settling transaction → it is settled again on another connection, and nothing is sent twice', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const { pool } = scene.database;
    const traffic = startTraffic(t, scene);
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= sized(3, 15); round += 1) {
      await traffic.accepted(30);
      const unlock = await lockTable(t, scene.database, 'delivery_attempts');
      const pid = await heldSettling(pool);
      const { rows } = await pool.query<{ done: boolean }>(
        'select pg_terminate_backend($1, 5000) as done',
        [pid],
      );
      since = new Date();
      assert.equal(rows[0]?.done, true);
      await unlock();
    }
    await traffic.accepted(30);
    // The worker lives and keeps its claims, so nothing may be sent twice.
    await judge(t, scene, { traffic, since });
  });

  test('of every connection of all processes, at any moment → all reconnect, and nothing is lost or sent twice', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene);
    const chance = chanceOf('terminated');
    await scene.worker();
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= sized(3, 30); round += 1) {
      await traffic.accepted(30);
      await chance.pause(0, 300);
      await scene.database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'postmand%'`,
      );
      since = new Date();
    }
    await nobodyWaits(scene.database.pool);
    await traffic.accepted(30);
    // Workers keep their claims and record when the database is back, which it is at once.
    await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
  });

  test('of every connection that is idle for a moment, all the time → callers get nothing but 201 and 503, and everything is delivered', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene);
    await scene.worker();
    const ending = endIdle(t, scene.database.pool);
    await traffic.accepted(sized(150, 900));
    await ending.stop();
    // A connection may begin to work at the moment when it is ended as an idle one.
    await judge(t, scene, { traffic, since: new Date(), errors: ['dispatch.failed'] });
    const answers = scene.processes.flatMap(({ lines }) =>
      lines.filter(({ event }) => event === 'http.request'),
    );
    assert.deepEqual(
      answers
        .map(({ status }) => Number(status))
        .filter((status) => ![200, 201, 503].includes(status)),
      [],
    );
  });
});

/** The effect of an idle_session_timeout of some 30 ms. */
function endIdle(t: Cleanup, pool: Pool): { stop(): Promise<void> } {
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'postmand%'
           and state = 'idle' and state_change < now() - interval '30 milliseconds'`,
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const stop = async () => {
    stopped = true;
    await running;
  };
  lastFirst(t).after(stop);
  return { stop };
}
