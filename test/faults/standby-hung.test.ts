import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectOnce } from '../../src/database/connection.ts';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { startPostgres } from './postgres.ts';
import { sized } from './intensity.ts';

const BOUND = 4;

test('a standby that commits wait for is gone → never more backends than the bound, and everything goes on when PostgreSQL stops waiting for it', async (t) => {
  const { database } = await startPostgres(t, { max_connections: '20' });
  const pool = createPool(database.connection, {
    max: BOUND,
    name: 'bounded',
    log: silentLog,
    statementTimeoutMs: 200,
    waitMs: 2000,
  });
  let stopped = false;
  lastFirst(t).after(async () => {
    stopped = true;
    await waitForStandby(database.pool, '');
    await pool.end();
  });
  await database.pool.query('create table notes (n integer)');
  await waitForStandby(database.pool, 'nowhere');

  const failures: unknown[] = [];
  const write = (n: number) =>
    inTransaction(pool, (tx) => tx.query('insert into notes values ($1)', [n]));
  const read = () => pool.query('select count(*) from notes');
  const busy = Array.from({ length: 3 * BOUND }, async (_, n) => {
    while (!stopped)
      await (n % 3 === 0 ? read() : write(n)).catch((error: unknown) => failures.push(error));
  });
  let most = 0;
  const givenUp = () => failures.filter((error) => /Query read timeout/.test(String(error))).length;
  await until(
    'every place has been given up several times',
    async () => {
      most = Math.max(most, await backends(database.pool));
      return givenUp() >= sized(2, 6) * BOUND + 1;
    },
    sized(60_000, 120_000),
  );
  // Others still get in.
  await connectOnce(database.connection);

  await waitForStandby(database.pool, '');
  stopped = true;
  await Promise.all(busy);
  await write(0);
  most = Math.max(most, await backends(database.pool));
  assert.ok(most <= BOUND, `${most} backends`);
});

/** Neither of the two statements waits itself: they write nothing to the log. */
async function waitForStandby(pool: Pool, name: string): Promise<void> {
  await pool.query(`alter system set synchronous_standby_names = '${name}'`);
  await pool.query('select pg_reload_conf()');
  await until('the setting counts', async () => {
    const { rows } = await pool.query<{ set: string }>(
      `select current_setting('synchronous_standby_names') as set`,
    );
    return rows[0]?.set === name;
  });
}

async function backends(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity where application_name = 'bounded'`,
  );
  return rowCount ?? 0;
}
