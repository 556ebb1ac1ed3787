import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { connectionTo, describeTarget, type Connection } from '../database/connection.ts';
import { examine } from '../database/examine.ts';
import { migrationStatus } from '../database/migration-status.ts';
import { createPool, type Pool } from '../database/pool.ts';
import type { ServerState } from '../database/server-state.ts';
import { mayBeStarting } from '../database/starting.ts';
import { atMost } from '../process/at-most.ts';
import { CommandError } from '../process/command-error.ts';
import type { Log } from '../telemetry/log.ts';

/** How long after a failed try the database is tried again, in milliseconds. */
const TRY_AGAIN_MS = 500;

const DATABASE_URL_MISSING =
  'POSTMAND_DATABASE_URL is not set. Set it (or DATABASE_URL) to postgres://user:password@host:5432/database.';

/** The database of the settings, reached once and found fit for use. @throws CommandError */
export async function connectTo({ database: { url } }: Config): Promise<Connection> {
  if (url === undefined) throw new CommandError(DATABASE_URL_MISSING);
  try {
    return await examine(await connectionTo(url));
  } catch (error) {
    throw cannotUse(url, error);
  }
}

/**
 * The database of the settings, reached once. One that may be starting is waited for, as long as
 * the settings say. Each reason to wait is logged when it is new.
 * @throws CommandError at once for what does not pass by itself, and for the rest after that time
 */
export async function awaitDatabase(config: Config, log: Log): Promise<Connection> {
  const { waitMs } = config.database;
  const deadline = performance.now() + waitMs;
  let told = '';
  for (;;) {
    try {
      return await connectTo(config);
    } catch (error) {
      if (!(error instanceof CommandError) || waitMs === 0 || !mayBeStarting(error.cause))
        throw error;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0)
        throw new CommandError(
          `${error.message} (after ${waitMs / 1000} s; see POSTMAND_DATABASE_WAIT)`,
          { cause: error },
        );
      if (error.message !== told)
        log.info('database.awaited', {
          reason: error.message,
          at_most_seconds: Math.ceil(leftMs / 1000),
        });
      told = error.message;
      await sleep(Math.min(TRY_AGAIN_MS, leftMs));
    }
  }
}

/** `name` is what the server's list of connections says of them. */
type PoolOptions = { max: number; name: string; migrationsDir: string; log: Log };

/**
 * A pool on a database whose schema this version can work with. @throws CommandError that names the
 * command to run.
 */
export async function openPool(connection: Connection, options: PoolOptions): Promise<Pool> {
  const pool = createPool(connection, options);
  tellTurns(pool.server, options.log);
  try {
    await checkSchema(pool, options);
    return pool;
  } catch (error) {
    await endPool(pool);
    throw error instanceof CommandError ? error : cannotUse(connection, error);
  }
}

/**
 * Says when the database stops taking writes, when it takes them again, and when its sessions do
 * not keep what was prepared in them.
 */
function tellTurns(server: ServerState, log: Log): void {
  const advice = 'nothing is accepted or delivered until the database can be written';
  server.on('turned', (readOnly) => {
    if (readOnly) log.warn('database.read_only', { advice });
    else log.info('database.writable');
  });
  const direct =
    'a pooler hands transactions to other sessions; connect directly or in session mode';
  server.on('unnamed', () => log.warn('database.names_lost', { advice: direct }));
}

/** @throws CommandError where the schema is older than this version */
async function checkSchema(pool: Pool, { migrationsDir, log }: PoolOptions): Promise<void> {
  const { pending, unknown } = await migrationStatus(pool, migrationsDir);
  if (pending.length > 0)
    throw new CommandError(
      `The database's schema is older than this version needs (missing: ${pending.join(', ')}). Run: postmand migrate`,
    );
  if (unknown.length > 0)
    log.warn('schema.newer', {
      unknown,
      advice: 'a newer version has migrated this database; update this process soon',
    });
}

/** Ends a pool, without waiting for long: a connection that went silent never closes. */
export async function endPool(pool: Pool): Promise<void> {
  await atMost(1000, pool.end());
}

function cannotUse(target: Parameters<typeof describeTarget>[0], error: unknown): CommandError {
  // An address that is refused over IPv4 and IPv6 comes as one error without a message of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const reason = first instanceof Error ? first.message : String(first);
  return new CommandError(`Cannot use the database at ${describeTarget(target)}: ${reason}`, {
    cause: error,
  });
}
