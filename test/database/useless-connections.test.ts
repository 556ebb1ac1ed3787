import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Connection } from '../../src/database/connection.ts';
import { isTransient } from '../../src/database/failure.ts';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { ServerState } from '../../src/database/server-state.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';

suite('a connection that the server ended while nobody used it', { concurrency: 4 }, () => {
  for (const [what, use] of [
    [
      'a transaction',
      (pool: Pool) => inTransaction(pool, (tx) => tx.query('insert into notes values (1)')),
    ],
    ['a read', (pool: Pool) => pool.query('select count(*) from notes')],
    ['a health check', (pool: Pool) => pool.isWritable()],
  ] as const) {
    test(`${what} that comes before its end is known, all others ended too → runs on a new one`, async (t) => {
      const { database, proxy, pool } = await proxied(t, 3);
      await fill(pool);
      await database.pool.query('create table notes (n integer)');
      // The proxy holds back the news that they have ended, and delivers it as the answer to the
      // next statement.
      proxy.freeze();
      await endAll(database);
      const used = use(pool);
      await new Promise((resolve) => setImmediate(resolve));
      proxy.thaw();
      await used;
      assert.equal(pool.totalCount, 1);
    });
  }

  test('a transaction that has begun → is not run again', async (t) => {
    const { database, pool } = await proxied(t, 2);
    await fill(pool);
    let runs = 0;
    const running = inTransaction(pool, async (tx) => {
      runs += 1;
      await tx.query('select 1');
      await endAll(database);
      await tx.query('select 1');
    });
    await assert.rejects(running, isTransient);
    assert.equal(runs, 1);
  });

  test('the end of the connection comes in the packet with the end of a read, and a transaction waits for it → the transaction runs on a new one', async (t) => {
    const { database, proxy, pool } = await proxied(t, 1);
    await fill(pool);
    const states = `select from pg_stat_activity where datname = current_database() and application_name = 'under test' and state = $1`;
    const is = (state: string) =>
      until(`it is ${state}`, async () => (await database.pool.query(states, [state])).rowCount);
    const reading = pool.query('select pg_sleep(0.5)');
    await is('active');
    const writing = inTransaction(pool, (tx) => tx.query('create table notes (n integer)'));
    proxy.freeze();
    await is('idle');
    await endAll(database);
    proxy.thaw();
    await Promise.all([reading, writing]);
  });

  test('a read that the server ends after it ran for long → is not run again', async (t) => {
    const { database, pool } = await proxied(t, 1);
    await fill(pool);
    const sleeping = `select from pg_stat_activity
      where wait_event = 'PgSleep' and query_start < now() - interval '1.1 seconds'
        and datname = current_database()`;
    const reading = assert.rejects(pool.query('select pg_sleep(600)'), isTransient);
    await until('it has run for long', async () => (await database.pool.query(sleeping)).rowCount);
    await endAll(database);
    await reading;
  });
});

suite('a server that turns read-only and back', { concurrency: 4 }, () => {
  test('one of many connections notices it → its transaction runs on a new one, and all of the process are dropped, those in use after their use', async (t) => {
    const { pool, other, turns } = await twoPools(t);
    await fill(pool);
    await fill(other);
    const release = await hold(t, other);
    await makeReadOnly(pool);
    await write(pool);
    await until('idle ones are gone', () => pool.totalCount === 1 && other.totalCount === 1);
    release();
    await until('and the one that was used', () => other.totalCount === 0);
    await write(pool);
    await write(other);
    assert.deepEqual(turns, [true, false]);
  });

  test('a connection that was opened while it was read-only → is used once, so that none is kept', async (t) => {
    const { database, pool } = await twoPools(t);
    await setDefault(database, 'on');
    assert.equal((await pool.query('select 1')).rowCount, 1);
    assert.equal(await pool.isWritable(), false);
    await setDefault(database, 'off');
    await write(pool);
    assert.equal(await pool.isWritable(), true);
  });

  test('asked whether it can be written → connections that cannot write are not kept', async (t) => {
    const { pool, turns } = await twoPools(t);
    await fill(pool);
    await makeReadOnly(pool);
    assert.equal(await pool.isWritable(), false);
    assert.equal(await pool.isWritable(), true);
    assert.equal(pool.totalCount, 1);
    assert.deepEqual(turns, [true, false]);
  });
});

test('a right or a table that is missing for a while → no connection of the process is dropped for it', async (t) => {
  const { database, role, pool, other } = await ofRole(t);
  await database.pool.query('create table notes (n integer)');
  await fill(pool);
  await fill(other);
  const before = await backends(database);
  const read = () => pool.query('select count(*) from notes');
  await role.alter('nosuperuser');
  await assert.rejects(read(), { code: '42501' });
  await role.alter('superuser');
  await database.pool.query('alter table notes rename to misplaced');
  await assert.rejects(read(), { code: '42P01' });
  await database.pool.query('alter table misplaced rename to notes');
  await read();
  assert.deepEqual(await backends(database), before);
  assert.equal(before.length, 6);
});

/** Opens all connections that the pool may have, and leaves them idle. */
async function fill(pool: Pool): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
  for (const client of clients) client.release();
}

/** Keeps one connection in use until the returned function is called, or the test is over. */
async function hold(t: TestContext, pool: Pool): Promise<() => void> {
  const client = await pool.connect();
  let held = true;
  const release = () => {
    if (held) client.release();
    held = false;
  };
  lastFirst(t).after(release);
  return release;
}

/**
 * Like a reload of the server's settings: sessions that are open may not write any more, and new
 * ones may.
 */
async function makeReadOnly(pool: Pool): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
  for (const client of clients) await client.query('set default_transaction_read_only = on');
  for (const client of clients) client.release();
}

function write(pool: Pool): Promise<unknown> {
  return inTransaction(pool, (tx) => tx.query('create table if not exists written (n integer)'));
}

const setDefault = (database: TestDatabase, value: 'on' | 'off') =>
  alterDatabase(database, `set default_transaction_read_only = ${value}`);

async function alterDatabase({ pool }: TestDatabase, what: string): Promise<void> {
  await pool.query(
    `do $$ begin execute format('alter database %I ${what}', current_database()); end $$`,
  );
}

/** The processes of PostgreSQL that serve the pools under test. */
async function backends({ pool }: TestDatabase): Promise<number[]> {
  const { rows } = await pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'under test' order by pid`,
  );
  return rows.map(({ pid }) => pid);
}

/** Ends every connection of the pool under test. */
async function endAll({ pool }: TestDatabase): Promise<void> {
  await pool.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and application_name = 'under test'`,
  );
}

async function proxied(t: TestContext, max: number) {
  const database = await freshDatabase(t, 'template0');
  const proxy = await startDatabaseProxy(lastFirst(t), database.url);
  const pool = createPool(await connectionTo(proxy.url), {
    max,
    name: 'under test',
    log: silentLog,
  });
  lastFirst(t).after(() => pool.end());
  return { database, proxy, pool };
}

/** Two pools of one process. */
async function twoPools(t: TestContext) {
  const database = await freshDatabase(t, 'template0');
  return { database, ...openTwo(t, database.connection) };
}

/** Two pools of one process, as a role of their own. */
async function ofRole(context: TestContext) {
  const t = lastFirst(context);
  const database = await freshDatabase(t, 'template0');
  const role = await createRole(t, database);
  return { database, role, ...openTwo(context, await connectionTo(role.url)) };
}

function openTwo(t: TestContext, connection: Connection) {
  const server = new ServerState();
  const turns: boolean[] = [];
  server.on('turned', (readOnly) => turns.push(readOnly));
  const open = () => createPool(connection, { max: 3, name: 'under test', log: silentLog, server });
  const [pool, other] = [open(), open()];
  lastFirst(t).after(() => Promise.all([pool.end(), other.end()]));
  return { pool, other, turns };
}
