import type { Connection } from '../database/connection.ts';
import { createPool, type Pool } from '../database/pool.ts';
import type { ServerState } from '../database/server-state.ts';
import { NOT_DURABLE } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * An answer is given up after 3 s. A connection that went silent would hold an extension for ever,
 * and the end of the process too; found out after 3 s, there is time to extend the lease on another
 * one, also where that has to be opened first.
 */
const TIMES = { statementTimeoutMs: 1000, answerMs: 2000, waitMs: 3000 };

/**
 * How a transaction for leases begins. A server that is slow, but there, may take most of that
 * time: an extension that comes late is better than none.
 */
export const FOR_LEASES = `${NOT_DURABLE}; set local statement_timeout = 2500`;

/** Connections for the leases alone, and for short reads beside them. */
export function openLeaseSessions(
  { server, connection, log }: { server: ServerState; connection: Connection; log: Log },
  max: number,
): Pool {
  const name = 'postmand worker upkeep';
  return createPool(connection, { max, name, log, server, ...TIMES });
}
