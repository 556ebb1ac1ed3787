import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { chanceOf, LONG, ROUNDS } from './intensity.ts';
import { judge, repeatsOf } from './oracle.ts';
import { openScene, orderedWebhook, type Scene } from './scene.ts';
import { heldClaim, heldSettling, nobodyWaits } from './settling.ts';
import { lockTable } from '../setup/table-lock.ts';
import { startTraffic, type Traffic } from './traffic.ts';

suite('SIGKILL of a worker', { concurrency: 3 }, () => {
  test('between claim and send → another one delivers, and nothing is sent twice', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene, { aheadMs: 2000 });
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await leaveBacklog(scene, traffic);
      // A worker reads deliveries between its claim and its sends.
      const unlock = await lockTable(t, scene.database, 'deliveries');
      const arrived = scene.receiver.arrivals.length;
      const doomed = await scene.worker();
      await until('claims', async () => (await claimed(scene.database.pool)).size > 0);
      await doomed.end('SIGKILL');
      since = new Date();
      assert.equal(scene.receiver.arrivals.length, arrived, 'it had sent nothing yet');
      await unlock();
      await orphaned(scene);
      await traffic.accepted(60);
    }
    await scene.worker();
    // The worker had sent nothing, so nothing may be sent twice.
    const rows = await judge(t, scene, { traffic, since });
    assert.ok(rows.every(({ trace_context }) => trace_context !== null));
  });

  test('while its claim is held up → another one delivers, and nothing is sent twice', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene);
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await leaveBacklog(scene, traffic);
      const unlock = await lockTable(t, scene.database, 'postmand_queue.job');
      const doomed = await scene.worker();
      await heldClaim(scene.database.pool);
      await doomed.end('SIGKILL');
      since = new Date();
      // PostgreSQL may go on with the claim of a worker that is gone.
      await unlock();
      await orphaned(scene);
      await traffic.accepted(60);
    }
    await scene.worker();
    await judge(t, scene, { traffic, since });
  });

  test('after the 200, before the commit → delivered again by another one, recorded once', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene);
    const cut = new Set<string>();
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const worker = await scene.worker();
      await traffic.accepted(60);
      const unlock = await lockTable(t, scene.database, 'delivery_attempts');
      await heldSettling(scene.database.pool);
      // PostgreSQL may go on with what it holds and record it: an answer behind that is lost.
      const before = answersOf(scene);
      await until('another answer', () => answersOf(scene) > before);
      await worker.end('SIGKILL');
      since = new Date();
      await unlock();
      for (const id of await orphaned(scene)) cut.add(id);
      await traffic.accepted(60);
    }
    await scene.worker();
    // What had arrived could not be recorded any more, and is sent again (at least once).
    const rows = await judge(t, scene, {
      traffic,
      since,
      mayRepeat: ({ id }) => cut.has(id),
      mostRepeats: ROUNDS,
    });
    const answered = rows.filter(
      (row) => repeatsOf(row) > 0 && row.arrivals[0]?.answered !== undefined,
    );
    assert.ok(answered.length >= ROUNDS, 'each time at least one answer was lost');
  });

  test('at any moment, two others at work → they deliver the rest', async (t) => {
    const scene = await openScene(t);
    await orderedWebhook(scene);
    const traffic = startTraffic(t, scene, { aheadMs: 2000 });
    const chance = chanceOf('killed worker');
    const cut = new Set<string>();
    let since = new Date();
    await scene.worker();
    await scene.worker();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const doomed = await scene.worker();
      await traffic.accepted(60);
      await cancelOne(scene, `cancelled ${round}`);
      await chance.pause(0, 500);
      await doomed.end('SIGKILL');
      since = new Date();
      // Its claims among them; those of the others are not sent again, as they are recorded.
      for (const id of await claimed(scene.database.pool)) cut.add(id);
    }
    // Its claims come back when their leases are over.
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: ({ id }) => cut.has(id),
      mostRepeats: ROUNDS,
    });
    assert.deepEqual(scene.receiver.of('cancelled 1'), []);
  });
});

/** A delivery is to be sent in a second, and its client thinks better of it. */
async function cancelOne(scene: Scene, payload: string): Promise<void> {
  const draft = { webhook_id: scene.webhooks[0]?.id, payload, send_at: inOneSecond() };
  const { body } = await scene.api().call('POST', '/deliveries', draft);
  const { id, held_reason } = body as { id: string; held_reason: string };
  assert.equal(held_reason, 'scheduled');
  assert.equal((await scene.api().call('DELETE', `/deliveries/${id}`)).status, 204);
}

const inOneSecond = () => new Date(Date.now() + 1000).toISOString();

/** A worker delivers and stops, and more is accepted, for the next worker to claim at once. */
async function leaveBacklog(scene: Scene, traffic: Traffic): Promise<void> {
  const worker = await scene.worker();
  await traffic.accepted(60);
  await worker.end('SIGTERM');
  await traffic.accepted(40);
}

/**
 * The claims that the only worker left behind when it was killed. In the short form their lease is
 * over at once.
 */
async function orphaned({ database: { pool } }: Scene): Promise<Set<string>> {
  await nobodyWaits(pool);
  const ids = await claimed(pool);
  if (!LONG) await expire(pool, ids);
  return ids;
}

function answersOf({ receiver }: Scene): number {
  return receiver.arrivals.filter(({ answered }) => answered !== undefined).length;
}
