import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceOf, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, orderedWebhook } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { lockTable } from '../setup/table-lock.ts';
import { startTraffic } from './traffic.ts';

test('SIGKILL of the server during POSTs → what was answered with 201 is delivered; what was not is stored whole or not at all', async (t) => {
  const scene = await openScene(t);
  await orderedWebhook(scene);
  const traffic = startTraffic(t, scene);
  const chance = chanceOf('killed server');
  await scene.worker();
  let since = new Date();
  for (let round = 1; round <= sized(4, 20); round += 1) {
    await traffic.accepted(40);
    // Every other time callers are in the middle of the transaction.
    const unlock = round % 2 === 0 ? await lockTable(t, scene.database, 'deliveries') : undefined;
    await chance.pause(0, 200);
    await scene.processes
      .findLast(({ process }) => process.spawnargs.at(-1) === 'server')
      ?.end('SIGKILL');
    since = new Date();
    await unlock?.();
    await nobodyWaits(scene.database.pool);
    await scene.server();
  }
  await traffic.accepted(40);
  // Only the server died, so nothing may be sent twice.
  const rows = await judge(t, scene, { traffic, since });
  assert.ok(rows.every(({ trace_context }) => trace_context !== null));
  assert.ok(
    traffic.posts.some(({ outcome }) => outcome === 'unknown'),
    'callers were cut off',
  );
});
