import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase } from '../setup/database.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

/** Given up by us long before PostgreSQL would end it by itself. */
const LONG_STATEMENT = { text: 'select pg_sleep(600)', query_timeout: 200 };

suite('a statement that we give up', { concurrency: 4 }, () => {
  for (const [how, run] of [
    ['on the pool', (pool: Pool) => pool.query(LONG_STATEMENT)],
    ['in a transaction', (pool: Pool) => inTransaction(pool, (tx) => tx.query(LONG_STATEMENT))],
  ] as const) {
    test(`${how} → PostgreSQL ends it, and until then its place stays taken`, async (t) => {
      const { pool: other, connection } = await freshDatabase(t, 'template0');
      const pool = openPool(t, connection);
      // Connected from here on: it has half a second to look.
      assert.equal(await sleeping(other), 0);
      await assert.rejects(run(pool), /Query read timeout/);
      assert.deepEqual([pool.totalCount, pool.idleCount, await sleeping(other)], [1, 0, 1]);
      assert.equal((await pool.query('select 1')).rowCount, 1);
      assert.equal(await sleeping(other), 0);
    });
  }

  test('on a connection that went silent for good → its place is free again after two cancel requests', async (t) => {
    const { pool: other, url } = await freshDatabase(t, 'template0');
    const proxy = await startDatabaseProxy(lastFirst(t), url);
    const pool = openPool(t, await connectionTo(proxy.url));
    const given = pool.query(LONG_STATEMENT);
    await until('it runs', async () => (await sleeping(other)) === 1);
    proxy.strand();
    await assert.rejects(given, /Query read timeout/);
    await until('PostgreSQL has ended it', async () => (await sleeping(other)) === 0);
    assert.equal(pool.totalCount, 1);
    await until('its place is free', () => pool.totalCount === 0);
    assert.equal((await pool.query('select 1')).rowCount, 1);
  });

  test('on a network that passes nothing on to the server → its place stays taken until the network works again', async (t) => {
    const { pool: other, url } = await freshDatabase(t, 'template0');
    const proxy = await startDatabaseProxy(lastFirst(t), url);
    const pool = openPool(t, await connectionTo(proxy.url));
    const given = pool.query(LONG_STATEMENT);
    await until('it runs', async () => (await sleeping(other)) === 1);
    proxy.freeze();
    await assert.rejects(given, /Query read timeout/);
    await assert.rejects(pool.query('select 1'), /timeout exceeded when trying to connect/);
    assert.deepEqual([pool.totalCount, pool.idleCount], [1, 0]);
    proxy.thaw();
    await until('it serves again', () => pool.query('select 1').catch(() => false));
    assert.equal(await sleeping(other), 0);
  });

  test('while the pool ends → the pool does not wait for it', async (t) => {
    const { url } = await freshDatabase(t, 'template0');
    const proxy = await startDatabaseProxy(lastFirst(t), url);
    const pool = openPool(t, await connectionTo(proxy.url));
    await pool.query('select 1');
    const given = pool.query(LONG_STATEMENT);
    proxy.freeze();
    await assert.rejects(given, /Query read timeout/);
    await pool.end();
    assert.equal(pool.totalCount, 0);
  });
});

function openPool(t: Cleanup, connection: Parameters<typeof createPool>[0]): Pool {
  const pool = createPool(connection, { max: 1, name: 'impatient', log: silentLog });
  lastFirst(t).after(() => (pool.ending ? undefined : pool.end()));
  return pool;
}

async function sleeping(other: Pool): Promise<number | null> {
  const { rowCount } = await other.query(
    `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and application_name = 'impatient'`,
  );
  return rowCount;
}
