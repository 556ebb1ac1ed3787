import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { ClientBase } from 'pg';
import type { Connection } from '../../src/database/connection.ts';
import { createPool } from '../../src/database/pool.ts';
import { openSession, prepareSession } from '../../src/database/session.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';

/**
 * Settings that a role or a database may have, and the values that our sessions have all the same.
 */
const SETTINGS: [name: string, theirs: string, ours: string][] = [
  ['statement_timeout', '5s', '30s'],
  ['lock_timeout', '1ms', '0'],
  ['idle_in_transaction_session_timeout', '5s', '10s'],
  ['idle_session_timeout', '5s', '0'],
  ['transaction_timeout', '5s', '0'],
  ['client_connection_check_interval', '1h', '10s'],
  ['default_transaction_isolation', 'serializable', 'read committed'],
  ['default_transaction_deferrable', 'on', 'off'],
  ['timezone', 'Asia/Kolkata', 'UTC'],
  ['datestyle', 'SQL, DMY', 'ISO, MDY'],
  ['intervalstyle', 'sql_standard', 'postgres'],
  ['bytea_output', 'escape', 'hex'],
  ['extra_float_digits', '-15', '1'],
  ['array_nulls', 'off', 'on'],
  ['standard_conforming_strings', 'off', 'on'],
  ['quote_all_identifiers', 'on', 'off'],
  ['plan_cache_mode', 'force_generic_plan', 'auto'],
  ['max_parallel_workers_per_gather', '4', '0'],
];

/** Settings that are decisions of whoever runs the database. */
const THEIRS: [name: string, value: string][] = [
  ['default_transaction_read_only', 'on'],
  ['synchronous_commit', 'off'],
  ['row_security', 'off'],
  ['search_path', 'somewhere'],
  ['work_mem', '5MB'],
];

suite('a session', () => {
  for (const [place, set] of [
    ['the database', setForDatabase],
    ['the role', setForRole],
    ['the options of the URL', setInUrl],
  ] as const) {
    test(`settings of ${place} that we rely on → each session has our values for these, and for no others`, async (t) => {
      const database = await freshDatabase(t, 'template0');
      const known = await knownTo(database);
      const settings = [...SETTINGS, ...THEIRS].filter(([name]) => known.has(name));
      const connection = await set(t, database, settings);
      const pool = createPool(connection, { max: 1, name: 'elsewhere', log: silentLog });
      t.after(() => pool.end());
      const ours = [...SETTINGS.map(([name, , value]) => [name, value]), ...THEIRS].filter(
        ([name = '']) => known.has(name),
      );
      assert.deepEqual(await settingsOf(pool, ours), ours);

      const single = await openSession(connection, 'single');
      t.after(() => single.end());
      const unbounded = ours.map(([name, value]) =>
        name === 'statement_timeout' ? [name, '0'] : [name, value],
      );
      assert.deepEqual(await settingsOf(single, unbounded), unbounded);
    });
  }

  test('a search_path that was read at the start → the same for each session, whatever the role has by now', async (t) => {
    const database = await freshDatabase(t, 'template0');
    const connection = await setForRole(t, database, [['search_path', '"Our ""Own""", public']]);
    const names = [['search_path']];
    assert.deepEqual(await settingsOf(await sessionOf(t, connection), names), [
      ['search_path', '"Our ""Own""", public'],
    ]);
    const pinned = await sessionOf(t, { ...connection, searchPath: '"$user", public' });
    assert.deepEqual(await settingsOf(pinned, names), [['search_path', '"$user", public']]);
  });

  for (const [value, readOnly] of [
    ['on', true],
    ['off', false],
  ] as const) {
    test(`default_transaction_read_only = ${value} at the role → prepared with one statement, which reports it`, async (t) => {
      const database = await freshDatabase(t, 'template0');
      const connection = await setForRole(t, database, [['default_transaction_read_only', value]]);
      assert.equal(
        await prepareSession(await sessionOf(t, connection), connection, { statementTimeoutMs: 0 }),
        readOnly,
      );
    });
  }

  test('a role whose idle sessions are ended → our sessions stay', async (t) => {
    const database = await freshDatabase(t, 'template0');
    if (!(await knownTo(database)).has('idle_session_timeout'))
      return t.skip('PostgreSQL 13 has no such setting');
    const connection = await setForRole(t, database, [['idle_session_timeout', '100ms']]);
    const session = await sessionOf(t, connection);
    await session.query('select 1');
    await until('it has rested for long', async () => {
      const { rows } = await database.pool.query<{ name: string }>(
        `select application_name as name from pg_stat_activity
         where application_name = 'single' and datname = current_database()
           and state_change < now() - interval '500 ms'`,
      );
      return rows.length === 1;
    });
    assert.equal((await session.query('select 1')).rowCount, 1);
  });
});

async function sessionOf(context: TestContext, connection: Connection) {
  const session = await openSession(connection, 'single');
  lastFirst(context).after(() => session.end());
  return session;
}

async function setForDatabase(
  _t: TestContext,
  { pool, connection }: TestDatabase,
  settings: string[][],
): Promise<Connection> {
  for (const [name = '', value] of settings) {
    await pool.query(
      `do $$ begin execute format('alter database %I set ${name} = ${quoted(name, value).replaceAll("'", "''")}', current_database()); end $$`,
    );
  }
  return connection;
}

async function setForRole(
  context: TestContext,
  database: TestDatabase,
  settings: string[][],
): Promise<Connection> {
  const role = await createRole(lastFirst(context), database);
  for (const [name = '', value] of settings)
    await database.pool.query(`alter role ${role.name} set ${name} = ${quoted(name, value)}`);
  return connectionTo(role.url);
}

async function setInUrl(
  _t: TestContext,
  { url }: TestDatabase,
  settings: string[][],
): Promise<Connection> {
  const options = settings
    .map(([name, value]) => `-c ${name}=${value?.replaceAll(/[ \\]/g, '\\$&')}`)
    .join(' ');
  return connectionTo(`${url}&options=${encodeURIComponent(options)}`);
}

/** A list stays one. */
function quoted(name: string, value = ''): string {
  return name === 'search_path' ? value : `'${value}'`;
}

async function knownTo({ pool }: TestDatabase): Promise<Set<string>> {
  const { rows } = await pool.query<{ name: string }>(
    'select lower(name) as name from pg_settings',
  );
  return new Set(rows.map(({ name }) => name));
}

async function settingsOf(
  db: Pick<ClientBase, 'query'>,
  named: (string | undefined)[][],
): Promise<string[][]> {
  const { rows } = await db.query<{ name: string; set: string }>(
    'select name, current_setting(name) as set from unnest($1::text[]) with ordinality as asked (name, place) order by place',
    [named.map(([name]) => name)],
  );
  return rows.map(({ name, set }) => [name, set]);
}
