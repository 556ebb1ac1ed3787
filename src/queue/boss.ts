import { PgBoss, type Db as BossDb } from 'pg-boss';
import type { Pool, Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import { SCHEMA } from './names.ts';

/** A pg-boss that does nothing of its own accord. */
export const QUIET = {
  schema: SCHEMA,
  supervise: false,
  schedule: false,
  migrate: false,
  registerInstance: false,
  openTelemetry: { enabled: false },
};

/** The database has no queue, or one of another version of pg-boss. */
export class QueueNotReady extends Error {
  override name = 'QueueNotReady';
}

/**
 * Its statements of its own, at the start and to read its settings now and then, run on `pool`.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function startBoss(pool: Pool, log: Log): Promise<PgBoss> {
  const boss = new PgBoss({ ...QUIET, db: executor(pool) });
  boss.on('error', (error) => log.warn('queue.error', { error }));
  boss.on('warning', ({ message, data }) => log.warn('queue.warning', { warning: message, data }));
  try {
    await boss.start();
    return boss;
  } catch (cause) {
    if (
      !(
        cause instanceof Error &&
        /pg-boss (is not installed|database requires migrations)/.test(cause.message)
      )
    )
      throw cause;
    throw new QueueNotReady('The queue in this database is missing or of another version.', {
      cause,
    });
  }
}

/** Statements of pg-boss on a pool, or in a transaction. */
function executor(db: Queryable): BossDb {
  return { executeSql: (text, values) => db.query(text, values) };
}

/** Statements of pg-boss whose answers nobody needs, in a transaction. */
export function laterExecutor(tx: Tx): BossDb {
  return {
    executeSql(text, values) {
      tx.later(text, values ?? []);
      return Promise.resolve({ rows: [] });
    },
  };
}
