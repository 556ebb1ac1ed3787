import { Pool as PgPool, types, type ClientBase } from 'pg';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';

export type Pool = PgPool;

/** What runs statements: a pool (each on any connection) or a transaction. Reads take this; writes take a `Tx`. */
export type Queryable = Pick<ClientBase, 'query'>;

type PoolOptions = { max: number; name: string; log: Log };

/** Longest time one statement may take, in milliseconds: none of ours comes near it, and a stuck one must not hold a connection. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * A pool of at most `max` connections. Times come back as RFC 3339 text in UTC with microseconds, as they are stored.
 * Waiting for a connection fails after 5 s.
 */
export function createPool(connection: Connection, { max, name, log }: PoolOptions): Pool {
  const pool = new PgPool({
    ...connection,
    max,
    application_name: name,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    query_timeout: STATEMENT_TIMEOUT_MS + 5000,
    types: { getTypeParser },
    onConnect: prepareSession,
  });
  pool.on('error', (error) => log.warn('database.connection_lost', { error }));
  return pool;
}

/** Set by statement, not by start-up parameter: poolers between us and the server refuse unknown parameters. */
async function prepareSession(client: ClientBase): Promise<void> {
  await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'; set statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
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
