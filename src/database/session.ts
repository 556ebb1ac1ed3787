import { Client, DatabaseError, type ClientBase } from 'pg';
import type { Statement } from './batch.ts';
import type { Connection } from './connection.ts';

/**
 * How long a transaction may be idle: as long as a lease. Our transactions are idle only for the
 * moment before the next statement. One that is idle for longer belongs to a process that was
 * frozen or cut off, and its row locks would keep the leases of all dead workers from ending.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/**
 * How often a backend at work looks whether its client is still there: from PostgreSQL 14 on, not
 * on every system.
 */
const CHECK_CLIENT = 'client_connection_check_interval';
const CHECK_CLIENT_EVERY_MS = 10_000;

/**
 * The answer of PostgreSQL where its operating system cannot do that
 * (https://www.postgresql.org/docs/current/runtime-config-connection.html).
 */
const INVALID_PARAMETER_VALUE = '22023';

/** Longest wait for a connection of its own, and for the settings of any. */
const CONNECT_MS = 5000;

/**
 * Everything that we rely on and that a role, a database or the URL may set otherwise. What is not
 * here is a decision of whoever runs the database, such as whether it may be written to.
 */
const OF_TRANSACTIONS = {
  // How values are written and read.
  ...{
    timezone: 'UTC',
    datestyle: 'ISO, MDY',
    intervalstyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: '1',
  },
  ...{ array_nulls: 'on', standard_conforming_strings: 'on', quote_all_identifiers: 'off' },
  // Lists are planned for the values of their filters.
  plan_cache_mode: 'auto',
  // What runs in the background bounds itself by the time that it took, so a statement gets no
  // helpers: 100,000 jobs were counted in 24 ms with two of them, and in 53 ms of CPU either way.
  max_parallel_workers_per_gather: '0',
  // Nothing of ours is worth compiling. Before PostgreSQL 18, a plan that sorts where sorts are off
  // looks so expensive that it is compiled: 0.4 s of CPU for each claim, with PostgreSQL 15.
  jit: 'off',
  // PostgreSQL 16 does not know transaction_timeout.
  ...{ lock_timeout: '0', transaction_timeout: '0' },
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
};

const OF_SESSIONS = {
  ...OF_TRANSACTIONS,
  // What a transaction sees. One through a pooler says so as it begins.
  ...{ default_transaction_isolation: 'read committed', default_transaction_deferrable: 'off' },
  // PostgreSQL 13 does not know idle_session_timeout.
  idle_session_timeout: '0',
  [CHECK_CLIENT]: String(CHECK_CLIENT_EVERY_MS),
};

/**
 * `statementTimeoutMs` 0 is no bound. `settings` are what this session has beside, or instead of,
 * those of all.
 */
type SessionOptions = { statementTimeoutMs: number; settings?: Record<string, string> };

/**
 * Gives a session that was just opened all that we rely on, in one statement: not by start-up
 * parameters, as poolers between us and the server refuse those that they do not know.
 * @returns whether the session may only read
 */
export async function prepareSession(
  client: ClientBase,
  { searchPath }: Connection,
  { statementTimeoutMs, settings: own = {} }: SessionOptions,
): Promise<boolean> {
  const path = searchPath === undefined ? {} : { search_path: searchPath };
  const settings: Record<string, string> = {
    ...OF_SESSIONS,
    ...path,
    statement_timeout: String(statementTimeoutMs),
    ...own,
  };
  try {
    return await apply(client, settings);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === INVALID_PARAMETER_VALUE)) throw error;
    const { [CHECK_CLIENT]: _impossible, ...others } = settings;
    return await apply(client, others);
  }
}

/** @returns whether the session may only read. Nothing is set in it. */
export async function mayOnlyRead(client: ClientBase): Promise<boolean> {
  const statement = { text: `select ${MAY_ONLY_READ} as "readOnly"`, query_timeout: CONNECT_MS };
  const { rows } = await client.query<{ readOnly: boolean }>(statement);
  return rows[0]?.readOnly === true;
}

/** True on a standby, and where somebody set default_transaction_read_only. */
export const MAY_ONLY_READ = `current_setting('transaction_read_only') = 'on'`;

/**
 * Settings that this version of PostgreSQL does not know are left out. @returns whether the session
 * may only read
 */
async function apply(client: ClientBase, settings: Record<string, string>): Promise<boolean> {
  const statement = {
    text: `select count(set_config(name, value, false)), ${MAY_ONLY_READ} as "readOnly"
      from unnest($1::text[], $2::text[]) as ours (name, value)
      where current_setting(name, true) is not null`,
    values: [Object.keys(settings), Object.values(settings)],
    query_timeout: CONNECT_MS,
  };
  const { rows } = await client.query<{ readOnly: boolean }>(statement);
  return rows[0]?.readOnly === true;
}

/**
 * A statement that gives the transaction that it is run in all that we rely on: nothing of it is
 * left for whoever has the session of a pooler next. It takes 0.13 ms of PostgreSQL's CPU, and 0.16
 * with a call in the text for each setting.
 */
export function settingsOfTransaction(
  { searchPath }: Connection,
  { statementTimeoutMs, settings: own = {} }: SessionOptions,
): Statement {
  const settings = {
    ...OF_TRANSACTIONS,
    ...(searchPath === undefined ? {} : { search_path: searchPath }),
    statement_timeout: String(statementTimeoutMs),
    ...own,
  };
  return {
    text: `select count(set_config(name, value, true))
      from unnest($1::text[], $2::text[]) as ours (name, value)
      where current_setting(name, true) is not null`,
    values: [Object.keys(settings), Object.values(settings)],
  };
}

/**
 * A connection of its own, for what belongs to one session: a lock, or LISTEN. Its statements may
 * take as long as they need.
 */
export async function openSession(connection: Connection, name: string): Promise<Client> {
  const client = await openUnprepared(connection, name);
  try {
    await prepareSession(client, connection, { statementTimeoutMs: 0 });
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** A connection of its own that sets nothing: its session may be somebody else's next. */
export async function openUnprepared(connection: Connection, name: string): Promise<Client> {
  const client = new Client({
    application_name: name,
    ...connection,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
