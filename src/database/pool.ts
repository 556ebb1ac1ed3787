import { DatabaseError, types, type ClientBase } from 'pg';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';
import { LivePool } from './live-pool.ts';
import { ServerState } from './server-state.ts';

export type Pool = LivePool;

/** What runs statements: a pool (each on any connection) or a transaction. Reads take this; writes take a `Tx`. */
export type Queryable = Pick<ClientBase, 'query'>;

type PoolOptions = {
  max: number;
  name: string;
  log: Log;
  /** Longest time one statement may take: none of ours comes near it, and a stuck one must not hold a connection. */
  statementTimeoutMs?: number;
  /** Longest wait for a connection. */
  waitMs?: number;
  /** Of another pool of this process, to share what either finds out about the server. */
  server?: ServerState;
};

/**
 * How long a transaction may stand still. Ours never wait for anything but the next statement: one that does belongs to a process
 * that was frozen or cut off, and its row locks would keep the leases of all dead workers from ending. Half a lease.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** How often a backend at work looks whether its client is still there. */
const CHECK_CLIENT_EVERY_MS = 10_000;

/** What PostgreSQL answers where its operating system cannot tell (https://www.postgresql.org/docs/current/runtime-config-connection.html). */
const INVALID_PARAMETER_VALUE = '22023';

/**
 * A pool of at most `max` connections. Times come back as RFC 3339 text in UTC with microseconds, as they are stored.
 * What waits too long, for a connection or for the end of a statement, fails with an error that `isTransient` knows.
 */
export function createPool(connection: Connection, options: PoolOptions): Pool {
  const { max, name, log, statementTimeoutMs = 30_000, waitMs = 5000 } = options;
  const pool = new LivePool(options.server ?? new ServerState(), {
    ...connection,
    max,
    application_name: name,
    connectionTimeoutMillis: waitMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // For a server that does not end it itself, as it or the way to it has died.
    query_timeout: statementTimeoutMs + 5000,
    types: { getTypeParser },
    onConnect: (client) => prepareSession(client, statementTimeoutMs),
  });
  pool.on('error', (error) => log.warn('database.connection_lost', { error }));
  return pool;
}

/**
 * Everything that we rely on and that a role or a database may set otherwise; whether it may be written to is not ours to say.
 * Set by statement, not by start-up parameter: poolers between us and the server refuse unknown parameters.
 */
async function prepareSession(client: ClientBase, statementTimeoutMs: number): Promise<void> {
  await client.query(
    `set timezone = 'UTC'; set datestyle = 'ISO'; set array_nulls = on; set standard_conforming_strings = on;
      set default_transaction_isolation = 'read committed'; set lock_timeout = 0; set statement_timeout = ${statementTimeoutMs};
      set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
  );
  await watchClient(client);
}

/** Has the server notice while a statement runs that we are gone, where it can: from PostgreSQL 14 on, not on every system. */
async function watchClient(client: ClientBase): Promise<void> {
  try {
    await client.query(
      `select set_config('client_connection_check_interval', '${CHECK_CLIENT_EVERY_MS}', false)
       where current_setting('server_version_num')::integer >= 140000`,
    );
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === INVALID_PARAMETER_VALUE)) throw error;
  }
}

const TIMESTAMPTZ = types.builtins.TIMESTAMPTZ;

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === TIMESTAMPTZ && format !== 'binary') return rfc3339;
  return types.getTypeParser(oid, format);
}

/** `2026-03-08 20:41:25.1+00` → `2026-03-08T20:41:25.100000Z`. A Date would drop the microseconds that filters compare with. */
export function rfc3339(value: string): string {
  const [seconds = '', fraction = ''] = value.replace(/\+00$/, '').replace(' ', 'T').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}
