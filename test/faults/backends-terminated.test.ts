import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chanceOf, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { heldSettling, nobodyWaits } from './settling.ts';
import { lockTable } from './table-lock.ts';
import { startTraffic } from './traffic.ts';

suite('pg_terminate_backend', { concurrency: 2 }, () => {
  test('within the settling transaction → settled again on another connection, and nothing is sent twice', async (t) => {
    const scene = await openScene(t);
    const { pool } = scene.database;
    const traffic = startTraffic(t, scene);
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= sized(3, 15); round += 1) {
      await traffic.accepted(30);
      const unlock = await lockTable(t, scene.database, 'delivery_attempts');
      const pid = await heldSettling(pool);
      const { rows } = await pool.query<{ done: boolean }>('select pg_terminate_backend($1, 5000) as done', [pid]);
      since = new Date();
      assert.equal(rows[0]?.done, true);
      await unlock();
    }
    await traffic.accepted(30);
    // The worker lives and keeps its claims: nothing explains a repeat.
    await judge(t, scene, traffic, { since });
  });

  test('of every connection of all processes, at any moment → all reconnect, and nothing is lost or sent twice', async (t) => {
    const scene = await openScene(t);
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
    await judge(t, scene, traffic, { since, errors: ['dispatch.failed'] });
  });
});
