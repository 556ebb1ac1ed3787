import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { until } from '../setup/until.ts';
import { givenUp } from './claims.ts';
import { ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import { after } from './receiver-log.ts';
import { openScene, webhookApart } from './scene.ts';
import { CALM, startTraffic } from './traffic.ts';

/** What a worker bears without giving up what it is sending, with some time to spare. */
const FROZEN_MS = 7000;

/** Longer than that, so that no answer comes before the database is back. */
const ANSWER_MS = FROZEN_MS + 4000;

test('PostgreSQL says nothing to anybody for 7 s while two workers send → no send is given up, and none is made again', async (t) => {
  const scene = await openScene(t);
  const proxy = await startDatabaseProxy(t, scene.database.url);
  const traffic = startTraffic(t, scene, CALM);
  const long = await webhookApart(scene, '/long', () => after(ANSWER_MS, 200), 'succeeded');
  for (let worker = 1; worker <= 2; worker += 1)
    await scene.worker({ POSTMAND_DATABASE_URL: proxy.url });
  const since = new Date();
  for (let round = 1; round <= ROUNDS; round += 1) {
    await traffic.accepted(30);
    const posts = await Promise.all(Array.from({ length: 4 }, () => traffic.post(long.id)));
    const underWay = () => posts.every(({ id }) => scene.receiver.of(id).length > 0);
    await until('sends under way', underWay);
    proxy.freeze();
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    proxy.thaw();
    await traffic.accepted(30);
  }
  await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
  assert.deepEqual(givenUp(scene.processes), new Set());
});
