import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createRole } from '../setup/role.ts';
import { chanceOf, ROUNDS, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { startPostgres } from './postgres.ts';
import { openScene, type Scene } from './scene.ts';
import { startTraffic } from './traffic.ts';

suite('the role that processes use', { concurrency: 2 }, () => {
  test('its password changes under load, and all its connections end → callers get an answer that says so, and everything goes on afterwards', async (t) => {
    const { database } = await startPostgres(t);
    const role = await createRole(t, database);
    const scene = await openScene(t, { database, url: role.url });
    const traffic = startTraffic(t, scene);
    const chance = chanceOf('password');
    await scene.worker();
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await traffic.accepted(60);
      await role.lockOut();
      await chance.pause(3000, 4000);
      await role.letIn();
      since = new Date();
    }
    await traffic.accepted(60);
    // It was shorter than a lease, and outcomes are kept, so nothing may be sent twice.
    await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
    assert.deepEqual(statusesOf(scene), new Set([200, 201, 503]));
  });

  test('its array_nulls is off → everything is delivered', async (t) => {
    const { database } = await startPostgres(t);
    const role = await createRole(t, database);
    await database.pool.query(`alter role ${role.name} set array_nulls = off`);
    const scene = await openScene(t, { database, url: role.url });
    const traffic = startTraffic(t, scene);
    await scene.worker();
    await traffic.accepted(sized(60, 500));
    await judge(t, scene, { traffic, since: new Date() });
    assert.deepEqual(statusesOf(scene), new Set([200, 201]));
  });
});

/** What callers were answered by all servers. */
function statusesOf({ processes }: Scene): Set<unknown> {
  const answers = processes.flatMap(({ lines }) =>
    lines.filter(({ event }) => event === 'http.request'),
  );
  return new Set(answers.map(({ status }) => status));
}
