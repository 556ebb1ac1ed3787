import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client } from 'pg';
import { postmand } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';
import { migrationsFolder } from './schema.ts';

/** Much longer than the settings below allow. */
const LONG_SECONDS = 1;

const HURRIED = [
  ...[
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'idle_session_timeout',
    'transaction_timeout',
  ],
].map((name) => [name, '250ms'] as const);

suite(
  'postmand migrate, where the role or the database allows a quarter of a second for everything',
  { concurrency: 3 },
  () => {
    for (const place of ['role', 'database'] as const) {
      test(`${place}: another process migrates for a second → it waits for its turn`, async (t) => {
        const { database, run } = await hurried(t, place);
        const release = await holding(t, database, 'select pg_advisory_lock(7036873081)');
        const command = run();
        await until('it has waited', () => waitedLong(database, 'advisory'));
        await release();
        assert.equal(await exitStatus(command), 0, command.output.stderr);
      });
    }

    test('a migration takes a second → it is applied', async (t) => {
      const { database, run } = await hurried(t, 'role');
      const more = {
        '950_slow.up.sql': `do $$ begin perform pg_sleep(${LONG_SECONDS}); end $$; create table slow (n integer)`,
      };
      const command = run({ POSTMAND_DATABASE_MIGRATION_DIR: await migrationsFolder(t, { more }) });
      assert.equal(await exitStatus(command), 0, command.output.stderr);
      assert.equal((await database.pool.query('select from slow')).rowCount, 0);
    });

    test('the table of queues is locked for a second → it waits', async (t) => {
      const { database, run } = await hurried(t, 'role');
      assert.equal(await exitStatus(run()), 0);
      const release = await holding(
        t,
        database,
        'begin; lock table postmand_queue.queue in access exclusive mode',
      );
      const command = run();
      await until('it has waited', () => waitedLong(database, 'relation'));
      await release();
      assert.equal(await exitStatus(command), 0, command.output.stderr);
    });
  },
);

/**
 * An empty database, and `migrate` on it as a role whose time-outs are too short for everything.
 */
async function hurried(t: Cleanup, place: 'role' | 'database') {
  const database = await freshDatabase(t, 'template0');
  const role = await createRole(t, database);
  for (const [name, value] of HURRIED) {
    const { rowCount } = await database.pool.query('select from pg_settings where name = $1', [
      name,
    ]);
    if (rowCount === 0) continue;
    if (place === 'role')
      await database.pool.query(`alter role ${role.name} set ${name} = '${value}'`);
    else
      await database.pool.query(
        `do $$ begin execute format('alter database %I set ${name} = ''${value}''', current_database()); end $$`,
      );
  }
  const run = (env = {}) =>
    postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: role.url, ...env } });
  return { database, run };
}

/** Holds the locks of a statement until the returned function is called or the test ends. */
async function holding(
  t: Cleanup,
  { url }: TestDatabase,
  sql: string,
): Promise<() => Promise<void>> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  for (const setting of [
    'idle_session_timeout',
    'idle_in_transaction_session_timeout',
    'statement_timeout',
    'transaction_timeout',
  ])
    await client.query(`select set_config(name, '0', false) from pg_settings where name = $1`, [
      setting,
    ]);
  await client.query(sql);
  let released: Promise<void> | undefined;
  const release = () => (released ??= client.end());
  lastFirst(t).after(release);
  return release;
}

async function waitedLong({ pool }: TestDatabase, event: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and wait_event = $1
       and query_start < now() - make_interval(secs => $2)`,
    [event, LONG_SECONDS],
  );
  return rowCount === 1;
}
