import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { findJobTable } from '../../src/queue/claim.ts';
import { openClaimSession } from '../../src/queue/claim-session.ts';
import { claimStatement } from '../../src/queue/claim-statement.ts';
import { openClaimableQueue } from '../../src/queue/claimable-queue.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { asking, claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

const job = () => ({ deliveryId: randomUUID(), webhookId: randomUUID(), delaySeconds: 0 });

/**
 * Ends the connection for claims, which waits for nothing at all for a moment after its answer.
 * @returns false where there is none in this state.
 */
async function terminate(pool: Pool, isHeldUp: boolean): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = current_database() and application_name = 'postmand worker claims'
       and (wait_event_type is not distinct from 'Lock') = $1`,
    [isHeldUp],
  );
  return rowCount === 1;
}

suite('a connection for claims', { concurrency: 4 }, () => {
  test('none to spare → claimed all the same, and none is opened', async (t) => {
    const { pool, connection, commit } = await freshWorkerQueue(t);
    // Of the queue that came with the database.
    assert.equal(await terminate(pool, false), true);
    const parts = { pool, connection, log: silentLog };
    const queue = await openClaimableQueue(parts, { leases: 1, claims: 0 });
    lastFirst(t).after(() => queue.close());
    const all = [job(), job(), job()];
    await commit((tx) => queue.enqueue(tx, all));
    assert.equal((await claimed(queue, 2)).length, 2);
    const { claims } = await queue.claim(asking({ limit: 2, ignore: [], from: 'newest' }));
    assert.equal(claims.length, 1);
    assert.equal(await terminate(pool, false), false);
  });

  test('it is ended while idle → the next claim is made on another one', async (t) => {
    const { pool, queue, commit } = await freshWorkerQueue(t);
    await commit((tx) => queue.enqueue(tx, [job(), job()]));
    assert.equal((await claimed(queue, 1)).length, 1);
    assert.equal(await terminate(pool, false), true);
    assert.equal((await claimed(queue, 10)).length, 1);
  });

  test('it is ended while a claim is held up → claimed once, on another one', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { pool, queue, commit } = worker;
    await commit((tx) => queue.enqueue(tx, [job(), job()]));
    assert.equal((await claimed(queue, 1)).length, 1);
    const unlock = await lockTable(t, worker, 'postmand_queue.job');
    const claiming = claimed(queue, 10);
    await until('the claim is held up', () => terminate(pool, true));
    await unlock();
    assert.equal((await claiming).length, 1);
  });

  for (const from of ['oldest', 'newest'] as const) {
    test(`a claim of the ${from} → its commit does not wait for the disk; others on the connection do`, async (t) => {
      const { pool, connection, queue, commit } = await freshWorkerQueue(t);
      const session = openClaimSession({ server: pool.server, connection, log: silentLog }, 1);
      lastFirst(t).after(() => session.end());
      await commit((tx) => queue.enqueue(tx, [job()]));
      const table = (await findJobTable(pool)) ?? '';
      const request = asking({ limit: 1, ignore: [], from });
      const { client } = await session.start('begin', []);
      const waits = async () => (await client.query('show synchronous_commit')).rows;
      assert.equal((await client.query(claimStatement(table, request))).rowCount, 1);
      assert.deepEqual(await waits(), [{ synchronous_commit: 'off' }]);
      await client.query('rollback');
      assert.deepEqual(await waits(), [{ synchronous_commit: 'on' }]);
      client.release();
    });
  }
});
