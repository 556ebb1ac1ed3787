import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { until } from '../setup/until.ts';
import { ROUNDS } from './intensity.ts';
import { judge, repeatsOf } from './oracle.ts';
import { openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';

const HELD = 10;

suite('a claim in work is put back into the queue by hand', { concurrency: 3 }, () => {
  // As the end of a lease leaves it, and as a crash of the database does that forgets a claim: with
  // nothing to tell owners apart.
  for (const [how, set, workers] of [
    ['as from a dead owner', `state = 'retry', retry_count = retry_count + 1`, 2],
    ['as if never made', `state = 'created', started_on = null, heartbeat_on = null`, 2],
    [
      'as if never made, for the same worker',
      `state = 'created', started_on = null, heartbeat_on = null`,
      1,
    ],
  ] as const) {
    test(`${how} → it is sent twice and recorded once`, async (t) => {
      const scene = await openScene(t);
      const { pool } = scene.database;
      const traffic = startTraffic(t, scene, { webhooks: [...scene.webhooks] });
      const twice = new Set<string>();
      let release: (status: number) => void = () => {};
      let released = new Promise<number>(() => {});
      const held = await Promise.all(
        Array.from({ length: HELD }, (_, i) => {
          // Both sends are answered at the same moment. Half of them are retried, the others end.
          const both = () => released.then(() => (i % 2 === 0 ? 503 : 200));
          return scene.webhook(
            `/held/${i}`,
            (_arrival, nth) => (nth <= 2 ? both() : 200),
            'succeeded',
          );
        }),
      );
      for (let i = 0; i < workers; i += 1) await scene.worker();
      let since = new Date();
      for (let round = 1; round <= ROUNDS; round += 1) {
        released = new Promise((resolve) => (release = resolve));
        await traffic.accepted(30);
        const posts = await Promise.all(held.map(({ id }) => traffic.post(id)));
        const arrived = (times: number) =>
          posts.every(({ id }) => scene.receiver.of(id).length >= times);
        await until('the first sends', () => arrived(1));
        // Its owner may be extending the lease: then one of the two is turned away.
        await until('the claims are put back', async () => {
          const { rowCount } = await pool
            .query(
              `update postmand_queue.job set ${set}, start_after = now()
               where name = 'deliveries' and state = 'active' and singleton_key = any ($1)`,
              [posts.map(({ deliveryId }) => deliveryId)],
            )
            .catch(() => ({ rowCount: 0 }));
          return rowCount === HELD;
        });
        since = new Date();
        for (const { deliveryId = '' } of posts) twice.add(deliveryId);
        await until('the second sends', () => arrived(2));
        release(200);
        await traffic.accepted(30);
      }
      // The claim was taken from its owner while it was sending.
      const mine = ({ id }: { id: string }) => twice.has(id);
      const rows = await judge(t, scene, { traffic, since, mayRepeat: mine, mayOverlap: mine });
      assert.equal(rows.filter((row) => repeatsOf(row) > 0).length, HELD * ROUNDS);
    });
  }
});
