import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { givenUp } from './claims.ts';
import { chanceOf, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import type { Row } from './row.ts';
import { duringOf, FORGOTTEN_MS, type Outage } from './outages.ts';
import { startPostgres } from './postgres.ts';
import { openScene, orderedWebhook } from './scene.ts';
import { startTraffic } from './traffic.ts';
import { mostAtOnce } from './waits.ts';

/** Workers cannot claim, and cannot say so in another way. */
const OUTAGE = ['dispatch.failed'];

/** What the webhook with ordering keys may have under way. */
const PERMITS = 3;

suite('PostgreSQL goes away under load', { concurrency: 2 }, () => {
  test('crashed and restarted → all processes reconnect, and what was accepted is delivered', async (t) => {
    const postgres = await startPostgres(t);
    const scene = await openScene(t, { database: postgres.database });
    await orderedWebhook(scene, { max_concurrency: PERMITS });
    const traffic = startTraffic(t, scene);
    const chance = chanceOf('crash');
    await scene.worker();
    await scene.worker();
    const outages: Outage[] = [];
    let since = new Date();
    for (let round = 1; round <= sized(2, 10); round += 1) {
      await traffic.accepted(60);
      await chance.pause(0, 500);
      const from = performance.now() - FORGOTTEN_MS;
      await postgres.crash();
      since = new Date();
      await chance.pause(0, 1000);
      await postgres.restart();
      outages.push({ from, to: performance.now() });
    }
    await traffic.accepted(60);
    // A claim that PostgreSQL forgot in the crash is made again, while its first owner, which was
    // cut off, may still be sending (at least once). What a worker gave up because it could not
    // extend its lease in time is sent again too.
    const hit = (row: Row) => duringOf(outages, row) > 0 || givenUp(scene.processes).has(row.id);
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: hit,
      mayOverlap: hit,
      mostRepeats: outages.length,
      errors: OUTAGE,
    });
    assert.ok(
      traffic.posts.some(({ outcome }) => outcome === 'unknown'),
      'callers noticed',
    );
    // No crash forgets a permit, nor the claim that it belongs to.
    const ordered = scene.receiver.arrivals.filter(({ path }) => path === '/ordered');
    assert.ok(mostAtOnce(ordered) <= PERMITS);
  });

  // The long form is away for longer than a lease: workers give up what they were sending.
  test('shut down for a while → callers get a 503, and everything goes on afterwards', async (t) => {
    const postgres = await startPostgres(t);
    const scene = await openScene(t, { database: postgres.database });
    const traffic = startTraffic(t, scene);
    await scene.worker();
    await scene.worker();
    await traffic.accepted(100);
    await postgres.shutDown();
    await new Promise((resolve) => setTimeout(resolve, sized(6000, 30_000)));
    await postgres.restart();
    const since = new Date();
    await traffic.accepted(100);
    // If PostgreSQL is back within a lease, everything that was answered is recorded. After that
    // time workers give their sends up, and they are made again (at least once).
    const mayRepeat = ({ id }: Row) => givenUp(scene.processes).has(id);
    await judge(t, scene, { traffic, since, mayRepeat, errors: OUTAGE });
    assert.ok(
      traffic.posts.some(({ outcome }) => outcome === 'unknown'),
      'callers noticed',
    );
  });
});
