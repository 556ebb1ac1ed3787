import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { openClaimableQueue, type ClaimableQueue } from '../../src/queue/claimable-queue.ts';
import { ASK_EVERY_MS, hasLivingWorker } from '../../src/queue/turn.ts';
import { Turn } from '../../src/upkeep/turn.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

suite('the turn of upkeep', { concurrency: 4 }, () => {
  test('two workers ask → one has it, until its session ends', async (t) => {
    const [one, other, pool] = await listening(t);
    assert.equal(await one.hasTurn(), true);
    assert.equal(await other.hasTurn(), false);
    assert.equal(await one.hasTurn(), true);
    await pool.query(
      `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and datname = current_database()`,
    );
    await until('the other one has it', () => other.hasTurn());
  });

  test('who has it gives no sign of life → the other one does it too, until there is one', async (t) => {
    const [one, other, pool] = await listening(t);
    assert.equal(await one.hasTurn(), true);
    await until('the other one does it', () => other.hasTurn());
    assert.equal(await hasLivingWorker(pool), true);
    await until('both are silent', async () => !(await hasLivingWorker(pool)));
    assert.equal(await one.hasTurn(), true);
    assert.equal(await hasLivingWorker(pool), true);
    assert.equal(await other.hasTurn(), false);
  });

  test('who has it gives no sign of life since the clock of PostgreSQL was set back → the other one does it too', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { pool, queue, connection } = worker;
    await pool.query(`create schema behind; create function behind.clock_timestamp()
      returns timestamptz language sql
      as $$ select pg_catalog.clock_timestamp() - interval '1 hour' $$`);
    const searchPath = 'behind, pg_catalog, public';
    const other = await openClaimableQueue(
      { pool, connection: { ...connection, searchPath }, log: silentLog },
      { leases: 1, claims: 1 },
    );
    lastFirst(t).after(() => other.close());
    await beHeard(queue, other);
    assert.equal(await queue.hasTurn(), true);
    assert.equal(await other.hasTurn(), true);
  });

  test('nobody notifies a worker → it does it, whoever has the turn', async (t) => {
    const { queue, another } = await freshWorkerQueue(t);
    await queue.listen(() => {});
    const silent = await another();
    assert.equal(await silent.hasTurn(), undefined);
    const turn = new Turn({ queue: silent, log: silentLog });
    assert.equal(await turn.only(async () => 'done')(), 'done');
    await turn.loop.stop();
  });

  test('nobody can be asked at first → it asks again soon', async () => {
    const answers = [undefined, undefined, false];
    const hasTurn = async () => answers.shift();
    const turn = new Turn({ queue: { hasTurn }, log: silentLog });
    await until('the answer', () => !turn.isMine, ASK_EVERY_MS);
    await turn.loop.stop();
  });

  test('it cannot be asked → upkeep.failed, and it is done', async () => {
    const log = keepingLog();
    const turn = new Turn({ queue: { hasTurn: () => Promise.reject(new Error('no')) }, log });
    await until('a failure', () => log.lines.length > 0);
    assert.equal(await turn.only(async () => 'done')(), 'done');
    assert.deepEqual(log.lines[0]?.fields, { task: 'turn', error: new Error('no') });
    await turn.loop.stop();
  });

  test('who has it cannot do the upkeep → the other one does it too, until it can', async (t) => {
    const [one, other] = await listening(t);
    assert.equal(await one.hasTurn(), true);
    const turn = new Turn({ queue: one, log: silentLog });
    lastFirst(t).after(() => turn.loop.stop());
    const failure = Promise.reject(new Error('no connection left'));
    await assert.rejects(turn.doing(failure), /no connection left/);
    await until('the other one does it', () => other.hasTurn());
    assert.equal(turn.isMine, true);
    assert.equal(await turn.doing(Promise.resolve('done')), 'done');
    await until('a sign of life', async () => !(await other.hasTurn()));
  });

  test('another one has it → nothing is done', async () => {
    const turn = new Turn({ queue: { hasTurn: async () => false }, log: keepingLog() });
    await until('the answer', () => !turn.isMine);
    assert.equal(await turn.only(async () => 'done')(), undefined);
    await turn.loop.stop();
  });
});

/** Both are notified. */
async function listening(t: TestContext): Promise<[ClaimableQueue, ClaimableQueue, Pool]> {
  const { queue, another, pool } = await freshWorkerQueue(t);
  const other = await another();
  await beHeard(queue, other);
  return [queue, other, pool];
}

async function beHeard(...queues: ClaimableQueue[]): Promise<void> {
  for (const one of queues) {
    await one.listen(() => {});
    await until('it was heard', async () => (await one.quietMs()) > 0);
  }
}
