import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, QueryConfig } from 'pg';
import { MigrationError, Umzug, type UmzugStorage } from 'umzug';
import type { Connection } from './connection.ts';
import { isConflict } from './failure.ts';
import { appliedNames, migrationNames } from './migration-status.ts';
import { openSession } from './session.ts';

/**
 * Held while the schema changes, so that processes that start together take turns. Any constant
 * would do.
 */
const MIGRATION_LOCK = 7_036_873_081;

/**
 * How often a migration is tried that loses against processes which are at work meanwhile, and the
 * pause between two tries. It locks tables one after the other, and they may want them in another
 * order: then PostgreSQL ends one of the two by a deadlock.
 */
const TRIES = 10;
const PAUSE_MS = 200;

/**
 * Applies every pending migration of `dir`, each in a transaction with its bookkeeping row. Safe to
 * run from several processes at once: they take turns.
 * @returns the names applied, in order.
 */
export function migrateUp(connection: Connection, dir: string): Promise<string[]> {
  return underLock(connection, async (client) =>
    (await migrator(client, dir).up()).map(({ name }) => name),
  );
}

/**
 * Reverts the latest migration, or refuses with the reason and changes nothing. @returns its name;
 * undefined when none was applied.
 */
export function migrateDown(connection: Connection, dir: string): Promise<string | undefined> {
  return underLock(connection, async (client) => (await migrator(client, dir).down())[0]?.name);
}

/**
 * What a migration makes is made where our tables are. For a role named postmand, as many are, the
 * usual search_path of "$user", public begins with the schema of the functions that applications
 * call, once that is there. It has a view of the migrations for those of version 2.1.
 */
const MAKE_IN_HOME = `select set_config(
    'search_path',
    quote_ident(coalesce(
      (select nspname from pg_namespace where oid = (
        select relnamespace from pg_class
        where oid = coalesce(to_regclass('webhooks'), to_regclass('postmand_migrations')))),
      current_schema()
    )) || ', ' || current_setting('search_path'),
    false
  )`;

async function underLock<Result>(
  connection: Connection,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await openSession(connection, 'postmand migrate');
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(MAKE_IN_HOME);
    await client.query(
      `create table if not exists postmand_migrations (
         name text primary key,
         applied_at timestamptz not null default now()
       )`,
    );
    return await work(client);
  } catch (error) {
    throw error instanceof MigrationError ? readable(error) : error;
  } finally {
    await client.end();
  }
}

function migrator(client: Client, dir: string): Umzug<Client> {
  const migrations = migrationNames(dir).map((name) => ({
    name,
    up: () =>
      runFile(client, path.join(dir, `${name}.up.sql`), {
        text: 'insert into postmand_migrations (name) values ($1)',
        values: [name],
      }),
    down: () =>
      runFile(client, path.join(dir, `${name}.down.sql`), {
        text: 'delete from postmand_migrations where name = $1',
        values: [name],
      }),
  }));
  return new Umzug({
    migrations,
    context: client,
    storage: bookkeeping(client),
    logger: undefined,
  });
}

/**
 * Umzug notes a migration after it ran; ours note themselves in their own transaction, so there is
 * nothing left to note.
 */
function bookkeeping(client: Client): UmzugStorage<Client> {
  return {
    executed: () => appliedNames(client),
    logMigration: async () => {},
    unlogMigration: async () => {},
  };
}

/** In one transaction. What a conflict undid is tried again. */
async function runFile(client: Client, file: string, bookkeepingRow: QueryConfig): Promise<void> {
  const sql = await readFile(file, 'utf8');
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await runOnce(client, sql, bookkeepingRow);
    } catch (error) {
      if (left === 0 || !isConflict(error)) throw error;
      // Not in step with who won.
      await sleep(PAUSE_MS * (0.5 + Math.random()));
    }
  }
}

async function runOnce(client: Client, sql: string, bookkeepingRow: QueryConfig): Promise<void> {
  await client.query('begin');
  try {
    if (!(await holdsLock(client))) throw new Error(NOT_OURS);
    await client.query(sql);
    await client.query(bookkeepingRow);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

const NOT_OURS =
  'a pooler hands each transaction to another session, so that the lock is lost: ' +
  'set POSTMAND_DATABASE_DIRECT_URL to the server itself';

/** Whether this transaction runs in the session that took the lock. */
async function holdsLock(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_locks
     where pid = pg_backend_pid() and locktype = 'advisory' and granted and objsubid = 1
       and (classid::bigint << 32) + objid::bigint = $1`,
    [MIGRATION_LOCK],
  );
  return rowCount === 1;
}

function readable(error: MigrationError): Error {
  const { name, direction } = error.migration;
  const cause = error.cause instanceof Error ? error.cause : error;
  return new Error(
    `Migration ${name} (${direction}) failed: ${cause.message}. The database is as it was before it.`,
    { cause },
  );
}
