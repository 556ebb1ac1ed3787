import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client } from 'pg';
import { DatabaseUnreachable } from '../../src/database/failure.ts';
import { createPool, rfc3339 } from '../../src/database/pool.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

suite('a time as PostgreSQL writes it', () => {
  for (const [written, read] of [
    ['2026-03-08 20:41:25+00', '2026-03-08T20:41:25.000000Z'],
    ['2026-03-08 20:41:25.1+00', '2026-03-08T20:41:25.100000Z'],
    ['2026-03-08 20:41:25.12345+00', '2026-03-08T20:41:25.123450Z'],
    ['2026-03-08 20:41:25.123456+00', '2026-03-08T20:41:25.123456Z'],
    ['2026-03-08 20:41:25.000001+00', '2026-03-08T20:41:25.000001Z'],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31 23:59:59.999999+00', '9999-12-31T23:59:59.999999Z'],
  ] as const) {
    test(`${written} → ${read}`, () => assert.equal(rfc3339(written), read));
  }
});

test('a database with a time zone and a date style of its own → times in UTC with microseconds all the same', async (t) => {
  const { connection, pool } = await freshDatabase(t, 'template0');
  await pool.query(`do $$ begin
    execute format('alter database %I set timezone = %L', current_database(), 'Asia/Kolkata');
    execute format('alter database %I set datestyle = %L', current_database(), 'SQL, DMY');
  end $$`);
  const other = createPool(connection, { max: 1, name: 'elsewhere', log: silentLog });
  t.after(() => other.end());
  const { rows } = await other.query(`select '2026-03-08T20:41:25.5+05:30'::timestamptz as time`);
  assert.equal((rows[0] as { time: string }).time, '2026-03-08T15:11:25.500000Z');
});

test('more callers than connections → they take turns on at most that many connections, which have the name of the pool', async (t) => {
  const { connection } = await freshDatabase(t, 'template0');
  const pool = createPool(connection, { max: 2, name: 'two only', log: silentLog });
  t.after(() => pool.end());
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      pool.query<{ pid: number; name: string }>(
        `select pg_backend_pid() as pid, current_setting('application_name') as name`,
      ),
    ),
  );
  assert.ok(new Set(answers.map(({ rows }) => rows[0]?.pid)).size <= 2);
  assert.equal(answers[0]?.rows[0]?.name, 'two only');
});

test('statements one after the other → on one connection', async (t) => {
  const { connection } = await freshDatabase(t, 'template0');
  const pool = createPool(connection, { max: 5, name: 'in turn', log: silentLog });
  t.after(() => pool.end());
  const pids = new Set<number | undefined>();
  for (let n = 1; n <= 5; n += 1)
    pids.add((await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid);
  assert.equal(pids.size, 1);
});

test('a database that is gone → callers that wait for a connection get a fault that passes', async (t) => {
  const { connection } = await freshDatabase(t, 'template0');
  const missing = { ...connection, database: 'no_such_database' };
  const pool = createPool(missing, { max: 1, name: 'nowhere', log: silentLog });
  t.after(() => pool.end());
  const unreachable = (error: unknown) =>
    error instanceof DatabaseUnreachable && /"no_such_database" does not exist/.test(error.message);
  await assert.rejects(pool.query('select 1'), unreachable);
  await assert.rejects(pool.connect(), unreachable);
});

test('an idle connection that is cut → logged as a warning, and the pool goes on', async (t) => {
  const { connection, url } = await freshDatabase(t, 'template0');
  const log = keepingLog();
  const pool = createPool(connection, { max: 2, name: 'cut off', log });
  t.after(() => pool.end());
  await pool.query('select 1');
  const other = new Client(url);
  await other.connect();
  await other.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut off'`,
  );
  await other.end();
  await until('the warning', () =>
    log.lines.some(({ level, event }) => level === 'warn' && event === 'database.connection_lost'),
  );
  assert.equal((await pool.query<{ one: number }>('select 1 as one')).rows[0]?.one, 1);
});

test('an idle connection that is cut while the pool ends → nothing is logged', async (t) => {
  const { connection } = await freshDatabase(t, 'template0');
  const log = keepingLog();
  const pool = createPool(connection, { max: 1, name: 'ending', log });
  const client = await pool.connect();
  client.release();
  const ended = pool.end();
  client.emit('error', new Error('terminating connection due to administrator command'));
  await ended;
  assert.deepEqual(log.lines, []);
});
