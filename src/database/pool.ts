import { types, type ClientBase } from 'pg';
import type { Log } from '../telemetry/log.ts';
import type { Connection } from './connection.ts';
import { LivePool } from './live-pool.ts';
import { ServerState } from './server-state.ts';
import { mayOnlyRead, prepareSession, settingsOfTransaction } from './session.ts';

export type Pool = LivePool;

/**
 * What runs statements: a pool (each on any connection) or a transaction. Reads take this; writes
 * take a `Tx`.
 */
export type Queryable = Pick<ClientBase, 'query'>;

type PoolOptions = {
  max: number;
  name: string;
  log: Log;
  /**
   * The longest time that one statement may take. No statement of ours comes near it, and one that
   * is stuck must not hold a connection. 0: no bound.
   */
  statementTimeoutMs?: number;
  /** Longest wait for an answer after that time. */
  answerMs?: number;
  /** Longest wait for a connection. */
  waitMs?: number;
  /** How long a connection that nobody needs is kept. 0: for ever. */
  idleMs?: number;
  /** Settings of its sessions, beside those of all. */
  settings?: Record<string, string>;
  /**
   * The state of another pool of this process, to share what either of them finds out about the
   * server.
   */
  server?: ServerState;
};

/**
 * A pool of at most `max` connections. Times come back as RFC 3339 text in UTC with microseconds,
 * as they are stored. What waits too long, for a connection or for the end of a statement, fails
 * with an error that `isTransient` knows.
 */
export function createPool(connection: Connection, options: PoolOptions): Pool {
  const { max, name, log } = options;
  const { statementTimeoutMs = 30_000, answerMs = 5000, waitMs = 5000 } = options;
  const { idleMs = 30_000, settings = {} } = options;
  const ours = { statementTimeoutMs, settings };
  const isPooled = connection.pooler !== undefined;
  const pool = new LivePool(options.server ?? new ServerState(), {
    application_name: name,
    ...connection,
    max,
    connectionTimeoutMillis: waitMs,
    idleTimeoutMillis: idleMs,
    keepAlive: true,
    // For a server that does not end the statement itself, because the server or the network has
    // died.
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + answerMs,
    types: { getTypeParser },
    prepare: isPooled ? mayOnlyRead : (client) => prepareSession(client, connection, ours),
    ...(isPooled ? { eachTransaction: settingsOfTransaction(connection, ours) } : {}),
  });
  pool.on('error', (error) => {
    // The PostgreSQL of `start` may end before it has read that a connection is closed.
    if (!pool.ending) log.warn('database.connection_lost', { error });
  });
  return pool;
}

const TIMESTAMPTZ = types.builtins.TIMESTAMPTZ;

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === TIMESTAMPTZ && format !== 'binary') return rfc3339;
  return types.getTypeParser(oid, format);
}

/**
 * `2026-03-08 20:41:25.1+00` → `2026-03-08T20:41:25.100000Z`. A Date would drop the microseconds
 * that filters compare with.
 */
export function rfc3339(value: string): string {
  const [seconds = '', fraction = ''] = value.replace(/\+00$/, '').replace(' ', 'T').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}
