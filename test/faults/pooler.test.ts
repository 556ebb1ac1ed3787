import { suite, test } from 'node:test';
import { NO_POOLER, startPooler } from '../setup/pooler.ts';
import { lastFirst } from '../setup/last-first.ts';
import { givenUp } from './claims.ts';
import { chanceOf, ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import { duringOf, FORGOTTEN_MS, type Outage } from './outages.ts';
import { startPostgres } from './postgres.ts';
import type { Row } from './row.ts';
import { openScene, orderedWebhook } from './scene.ts';
import { startTraffic } from './traffic.ts';

/** What workers say that cannot claim, or extend. */
const OUTAGE = ['dispatch.failed'];

suite('behind a pooler in transaction mode', { skip: NO_POOLER }, () => {
  test('workers, the pooler and PostgreSQL are killed under load → what was accepted is delivered', async (t) => {
    const postgres = await startPostgres(t);
    const pooler = await startPooler(postgres.database.url);
    lastFirst(t).after(() => pooler.stop());
    const url = pooler.through(postgres.database.url);
    // It has to poll.
    const env = { POSTMAND_POLLING_INTERVAL: '100' };
    const scene = await openScene(t, { database: postgres.database, url, env });
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene);
    const chance = chanceOf('pooler');
    await scene.worker();
    const outages: Outage[] = [];
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const doomed = await scene.worker();
      await traffic.accepted(40);
      const from = performance.now() - FORGOTTEN_MS;
      await doomed.end('SIGKILL');
      await pooler.restart();
      await chance.pause(0, 300);
      await postgres.crash();
      since = new Date();
      await postgres.restart();
      outages.push({ from, to: performance.now() });
      await traffic.accepted(40);
    }
    // As without a pooler: what a crash forgot, or what its owner could not confirm in time, is
    // sent again.
    const hit = (row: Row) => duringOf(outages, row) > 0 || givenUp(scene.processes).has(row.id);
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: hit,
      mayOverlap: hit,
      mostRepeats: 2 * outages.length,
      errors: OUTAGE,
    });
  });
});
