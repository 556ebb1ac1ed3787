import type { Config } from '../config.ts';
import { migrateDown, migrateUp } from '../database/migrations.ts';
import { migrationStatus } from '../database/migration-status.ts';
import type { Connection } from '../database/connection.ts';
import { isForbidden, isReadOnly } from '../database/failure.ts';
import { createPool } from '../database/pool.ts';
import { installQueue } from '../queue/install-queue.ts';
import { CommandError } from '../process/command-error.ts';
import { StoppedEarly, stopSignal, unlessStopped } from '../process/stopping.ts';
import type { Log } from '../telemetry/log.ts';
import { awaitDatabase, connectForSchema, connectTo } from './connecting.ts';

/** `postmand migrate`: brings tables and queue to what this version needs. Says what it did. */
export async function runMigrate(config: Config, log: Log): Promise<void> {
  await unlessCutOff(async () => {
    const applied = await migrateAll(
      await awaitDatabase(connectForSchema, config, log),
      config,
      log,
    );
    log.info('migrate.done', { applied, queue: 'up to date' });
  });
}

/**
 * Applies pending migrations, then installs or upgrades the queue. @returns the migrations applied.
 */
export async function migrateAll(
  connection: Connection,
  config: Config,
  log: Log,
): Promise<string[]> {
  const applied = await migrateUp(connection, config.database.migrationsDir);
  await installQueue(connection, log);
  return applied;
}

/** `postmand migrate status`. */
export async function runMigrateStatus(config: Config, log: Log): Promise<void> {
  await unlessCutOff(async () => {
    const pool = createPool(await connectTo(config), { max: 1, name: 'postmand migrate', log });
    try {
      const { applied, pending, unknown } = await migrationStatus(
        pool,
        config.database.migrationsDir,
      );
      log.info('migrate.status', { applied, pending, unknown });
    } finally {
      await pool.end();
    }
  });
}

/**
 * `postmand migrate down`: reverts the latest migration or refuses. The queue stays: it is filled
 * from the deliveries again.
 */
export async function runMigrateDown(config: Config, log: Log): Promise<void> {
  await unlessCutOff(async () => {
    const reverted = await migrateDown(
      await connectForSchema(config),
      config.database.migrationsDir,
    );
    log.info('migrate.down', { reverted: reverted ?? null });
  });
}

/**
 * Does the work, unless the process is told to stop first. As process 1 of a container it would not
 * end by the signal itself. Each migration is one transaction, which PostgreSQL rolls back when we
 * are gone.
 * @throws CommandError where it was told, as other processes must not think that it is done
 */
async function unlessCutOff(work: () => Promise<void>): Promise<void> {
  await unlessStopped(stopSignal(), work()).catch((error: unknown) => {
    throw error instanceof StoppedEarly
      ? new CommandError(`${error.message} What was under way is undone; run it again.`)
      : explained(error);
  });
}

const READ_ONLY =
  'The database is read-only now, or a standby. Make it writable, or name the primary in POSTMAND_DATABASE_URL.';
const FORBIDDEN =
  'The user of POSTMAND_DATABASE_URL must own the tables, and be allowed to make tables and a schema: ' +
  'grant create on database DATABASE to USER; grant create on schema public to USER.';

/** Says what to do where PostgreSQL says no more than that it refuses. */
function explained(error: unknown): unknown {
  for (let cause = error; cause instanceof Error && error instanceof Error; cause = cause.cause) {
    if (isReadOnly(cause)) return new CommandError(READ_ONLY, { cause: error });
    if (isForbidden(cause))
      return new CommandError(`${error.message.replace(/\.?$/, '.')} ${FORBIDDEN}`, {
        cause: error,
      });
  }
  return error;
}
