import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, DatabaseError } from 'pg';
import { isTransient } from '../../src/database/failure.ts';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase } from '../setup/database.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile, 'template0');
// There is one connection, so the next caller would meet whatever a failure leaves on it.
const pool = createPool(database.connection, { max: 1, name: 'transactions', log: silentLog });
wholeFile.after(() => pool.end());
await pool.query(
  'create table words (word text primary key, after text references words deferrable initially deferred)',
);

test('work that ends → committed, and its result comes back', async () => {
  const result = await inTransaction(pool, async (tx) => {
    await tx.query(`insert into words values ('kept')`);
    return 'the result';
  });
  assert.equal(result, 'the result');
  assert.ok((await words()).includes('kept'));
});

test('work in progress → nobody else sees it', async () => {
  await inTransaction(pool, async (tx) => {
    await tx.query(`insert into words values ('unseen')`);
    const { rows } = await database.pool.query(`select from words where word = 'unseen'`);
    assert.equal(rows.length, 0);
  });
});

test('work that throws → nothing of it stays, and the caller gets the error', async () => {
  const mine = new TypeError('mine');
  await assert.rejects(
    inTransaction(pool, async (tx) => {
      await tx.query(`insert into words values ('lost 1')`);
      throw mine;
    }),
    (error) => error === mine,
  );
  await expectHealthy(pool);
});

test('a statement that PostgreSQL refuses → nothing stays, and the connection is used again', async () => {
  const before = await backend(pool);
  await assert.rejects(
    inTransaction(pool, async (tx) => {
      await tx.query(`insert into words values ('lost 2')`);
      await tx.query('select 1 / 0');
    }),
    (error) => error instanceof DatabaseError && error.code === '22012',
  );
  assert.equal(await backend(pool), before);
  await expectHealthy(pool);
});

test('a rule that is checked at COMMIT and does not hold → rejected, nothing stays', async () => {
  await assert.rejects(
    inTransaction(pool, (tx) => tx.query(`insert into words values ('lost 3', 'no such word')`)),
    (error) => error instanceof DatabaseError && error.code === '23503',
  );
  await expectHealthy(pool);
});

test('a failure that the work ignored → rejected, as PostgreSQL rolls back at COMMIT', async () => {
  await assert.rejects(
    inTransaction(pool, async (tx) => {
      await tx.query(`insert into words values ('lost 4')`);
      await tx.query('select 1 / 0').catch(() => {});
    }),
  );
  await expectHealthy(pool);
});

test('a connection killed in the middle → rejected as passing, dropped, and the pool takes a new one', async () => {
  await assert.rejects(
    inTransaction(pool, async (tx) => {
      await tx.query(`insert into words values ('lost 5')`);
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await kill(rows[0]?.pid ?? 0);
      await tx.query('select 1');
    }),
    isTransient,
  );
  await expectHealthy(pool);
});

test('a connection killed while the work does something else → rejected at COMMIT, and the pool takes a new one', async () => {
  await assert.rejects(
    inTransaction(pool, async (tx) => {
      await tx.query(`insert into words values ('lost 6')`);
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await kill(rows[0]?.pid ?? 0);
    }),
    isTransient,
  );
  await expectHealthy(pool);
});

test('a server that has become read-only → rejected as passing, and the connection is dropped', async () => {
  const before = await backend(pool);
  await assert.rejects(
    inTransaction(pool, async (tx) => {
      await tx.query('set transaction read only');
      await tx.query(`insert into words values ('lost 8')`);
    }),
    (error) => error instanceof DatabaseError && error.code === '25006' && isTransient(error),
  );
  assert.notEqual(await backend(pool), before);
  await expectHealthy(pool);
});

test('the network cut in the middle → rejected as passing; back again → as before', async (t) => {
  const proxy = await startDatabaseProxy(t, database.url);
  const far = createPool(await connectionTo(proxy.url), { max: 1, name: 'far', log: silentLog });
  t.after(() => far.end());
  await assert.rejects(
    inTransaction(far, async (tx) => {
      await tx.query(`insert into words values ('lost 7')`);
      await proxy.close();
      await tx.query('select 1');
    }),
    isTransient,
  );
  await assert.rejects(
    inTransaction(far, (tx) => tx.query('select 1')),
    isTransient,
  );
  await proxy.open();
  await expectHealthy(far);
});

/** Nothing of a failed transaction is there, no transaction is open, and the pool works. */
async function expectHealthy(pool: Pool): Promise<void> {
  await inTransaction(pool, (tx) => tx.query('select 1'));
  // A connection that was dropped takes its transaction with it, but only when its backend has
  // noticed.
  await until('no transaction is open', async () => {
    const { rows } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    return rows.length === 0;
  });
  assert.deepEqual(
    (await words()).filter((word) => word.startsWith('lost')),
    [],
  );
}

async function words(): Promise<string[]> {
  return (await database.pool.query<{ word: string }>('select word from words')).rows.map(
    ({ word }) => word,
  );
}

async function backend(pool: Pool): Promise<number | undefined> {
  return (await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
}

/** Ends a connection and waits until it is gone. */
async function kill(pid: number): Promise<void> {
  const client = new Client(database.url);
  await client.connect();
  await client.query('select pg_terminate_backend($1, 5000)', [pid]);
  await client.end();
}
