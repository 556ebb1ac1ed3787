import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import { migrated, otherVersion } from './other-version.ts';
import { openScene, orderedWebhook } from './scene.ts';
import { startTraffic } from './traffic.ts';

const WORKERS = 3;

test('three workers of another version replaced one by one under load → nothing is lost, and nothing is sent twice', async (t) => {
  const { root, description } = await otherVersion(t);
  t.diagnostic(`the other version is ${description}`);
  const database = await freshDatabase(t, 'template0');
  for (const version of [{ root }, {}]) await migrated(t, database, version);
  const scene = await openScene(t, { database, traced: false });
  await orderedWebhook(scene);
  const traffic = startTraffic(t, scene);
  const startOther = async (): Promise<Command> => {
    const worker = postmand(t, ['worker'], {
      root,
      env: { POSTMAND_DATABASE_URL: scene.database.url },
    });
    scene.processes.push(worker);
    await worker.event('worker.started');
    return worker;
  };
  let running = await Promise.all(Array.from({ length: WORKERS }, startOther));
  await traffic.accepted(60);

  const since = new Date();
  for (let round = 1; round <= ROUNDS; round += 1) {
    // There and back, as an upgrade that is taken back.
    const start = round % 2 === 1 ? () => scene.worker() : startOther;
    const replaced = [];
    for (const old of running) {
      replaced.push(await start());
      await traffic.accepted(30);
      // It was told to stop and ends what it has begun, so nothing may be sent twice.
      assert.deepEqual(await old.end('SIGTERM'), { code: 0, signal: null });
    }
    running = replaced;
  }
  await traffic.accepted(60);
  await judge(t, scene, { traffic, since });
});
