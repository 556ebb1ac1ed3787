import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { LONG, ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { lockTable } from './table-lock.ts';
import { startTraffic } from './traffic.ts';

test('SIGKILL between claim and send → another worker delivers, and nothing is sent twice', async (t) => {
  const scene = await openScene(t);
  const traffic = startTraffic(t, scene);
  let since = new Date();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const worker = await scene.worker();
    await traffic.accepted(60);
    await worker.end('SIGTERM');
    // A backlog, for the next worker to claim at once.
    await traffic.accepted(40);

    // A worker reads deliveries between its claim and its sends.
    const unlock = await lockTable(t, scene.database, 'deliveries');
    const arrived = scene.receiver.arrivals.length;
    const doomed = await scene.worker();
    const claims = await until('claims', async () => {
      const ids = await claimed(scene.database.pool);
      return ids.size > 0 && ids;
    });
    await doomed.end('SIGKILL');
    since = new Date();
    assert.equal(scene.receiver.arrivals.length, arrived, 'it had sent nothing yet');
    await unlock();
    if (!LONG) await expire(scene.database.pool, claims);
    await traffic.accepted(60);
  }
  await scene.worker();
  // A worker that sent nothing explains no repeat.
  await judge(t, scene, traffic, { since });
});
