import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config.ts';
import { connectionTo, describeTarget, type Connection } from '../database/connection.ts';
import { examine } from '../database/examine.ts';
import { leadToSameDatabase } from '../database/same-database.ts';
import type { DatabaseUrl } from '../database/url.ts';
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
export async function connectTo({ database }: Config): Promise<Connection> {
  const { url, directUrl } = database;
  if (url === undefined) throw new CommandError(DATABASE_URL_MISSING);
  const connection = await examined(url);
  if (directUrl === undefined) return connection;
  // Who names another way says that sessions are not kept on this one, and who names the same one
  // says that they are.
  if (!isDeepStrictEqual(url, directUrl)) return { ...connection, pooler: 'transaction' };
  return keepingSessions(connection, directUrl);
}

/**
 * The way to the database that POSTMAND_DATABASE_DIRECT_URL names, for what needs a session of its
 * own; undefined where it is not set. Its sessions find the same tables. @throws CommandError where
 * it does not lead to the database of `connection`, or keeps no sessions
 */
export async function connectDirect(
  { database: { url, directUrl } }: Config,
  connection: Connection,
): Promise<Connection | undefined> {
  if (directUrl === undefined) return undefined;
  if (isDeepStrictEqual(url, directUrl)) return connection;
  const direct = keepingSessions(await examined(directUrl), directUrl);
  if (!(await leadToSameDatabase(direct, connection)))
    throw new CommandError(
      `POSTMAND_DATABASE_DIRECT_URL (${describeTarget(direct)}) does not lead to the database of POSTMAND_DATABASE_URL (${describeTarget(connection)}).`,
    );
  const { searchPath } = connection;
  return searchPath === undefined ? direct : { ...direct, searchPath };
}

/**
 * The database of the settings, for what changes its schema: by the direct URL where there is one.
 * @throws CommandError
 */
export async function connectForSchema({ database }: Config): Promise<Connection> {
  const url = database.directUrl ?? database.url;
  if (url === undefined) throw new CommandError(DATABASE_URL_MISSING);
  return keepingSessions(await examined(url), url);
}

/** The same connection, on which sessions are relied on. @throws CommandError */
function keepingSessions({ pooler, ...connection }: Connection, url: DatabaseUrl): Connection {
  if (pooler !== 'transaction') return connection;
  throw new CommandError(
    `At ${describeTarget(url)} a pooler hands each transaction to another session (PgBouncer with pool_mode = transaction), ` +
      'and what is to be done needs a session of its own. ' +
      'Set POSTMAND_DATABASE_DIRECT_URL to the server itself, or to a pooler in session mode.',
  );
}

async function examined(url: DatabaseUrl): Promise<Connection> {
  try {
    return await examine(await connectionTo(url));
  } catch (error) {
    throw cannotUse(url, error);
  }
}

/**
 * The database of the settings, reached once by `connect`. One that may be starting is waited for,
 * as long as the settings say. Each reason to wait is logged when it is new.
 * @throws CommandError at once for what does not pass by itself, and for the rest after that time
 */
export async function awaitDatabase(
  connect: (config: Config) => Promise<Connection>,
  config: Config,
  log: Log,
): Promise<Connection> {
  const { waitMs } = config.database;
  const deadline = performance.now() + waitMs;
  let told = '';
  for (;;) {
    try {
      return await connect(config);
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
    'a pooler hands transactions to other sessions, and was not seen at the start; ' +
    'restart this process, or set POSTMAND_DATABASE_DIRECT_URL';
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
