import { atMost } from '../process/at-most.ts';
import type { Config } from '../config.ts';
import { connectionTo, describeTarget, type Connection } from '../database/connection.ts';
import { examine } from '../database/examine.ts';
import { migrationStatus } from '../database/migrations.ts';
import { createPool, type Pool } from '../database/pool.ts';
import type { ServerState } from '../database/server-state.ts';
import { QueueNotReady } from '../queue/queue.ts';
import { leave } from '../process/leave.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';

/**
 * The command cannot do its work for a reason that the message tells in full: no stack trace
 * needed.
 */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** How often what waits is counted, in milliseconds. */
export const BACKLOG_EVERY_MS = 30_000;

const DATABASE_URL_MISSING =
  'POSTMAND_DATABASE_URL is not set. Set it (or DATABASE_URL) to postgres://user:password@host:5432/database.';

/** The database of the settings, reached once and found fit for use. @throws CommandError */
export async function connectTo(config: Config): Promise<Connection> {
  const { url } = config.database;
  if (url === undefined) throw new CommandError(DATABASE_URL_MISSING);
  try {
    return await examine(await connectionTo(url));
  } catch (error) {
    throw new CommandError(
      `Cannot use the database at ${describeTarget(url)}: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * A pool on a database whose schema this version can work with. @throws CommandError that names the
 * command to run.
 */
export async function openPool(
  connection: Connection,
  config: Config,
  max: number,
  name: string,
  log: Log,
): Promise<Pool> {
  const pool = createPool(connection, { max, name, log });
  tellTurns(pool.server, log);
  try {
    const { pending, unknown } = await migrationStatus(pool, config.database.migrationsDir);
    if (pending.length > 0)
      throw new CommandError(
        `The database's schema is older than this version needs (missing: ${pending.join(', ')}). Run: postmand migrate`,
      );
    if (unknown.length > 0)
      log.warn('schema.newer', {
        unknown,
        advice: 'a newer version has migrated this database; update this process soon',
      });
    return pool;
  } catch (error) {
    await endPool(pool);
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      `Cannot use the database at ${describeTarget(connection)}: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Says when the database stops taking writes, and when it takes them again. */
function tellTurns(server: ServerState, log: Log): void {
  const advice = 'nothing is accepted or delivered until the database can be written';
  server.on('turned', (readOnly) => {
    if (readOnly) log.warn('database.read_only', { advice });
    else log.info('database.writable');
  });
}

/**
 * How much longer than its grace period a process that was told to stop may take to return
 * claims and close connections.
 */
const LEEWAY_MS = 3000;

/**
 * Waits for the end of `stopping`, but not much longer than the grace period: a database that went
 * silent keeps nobody for ever.
 */
export async function stopWithin(graceMs: number, stopping: Promise<unknown>): Promise<void> {
  await atMost(graceMs + LEEWAY_MS, stopping);
}

/** Ends a pool, without waiting for long: a connection that went silent never closes. */
export async function endPool(pool: Pool): Promise<void> {
  await atMost(1000, pool.end());
}

/**
 * An address that is refused over IPv4 and IPv6 comes as one error without a message of its own.
 */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

/**
 * The same signal may come twice: at Ctrl-C a terminal tells all of its processes, and npm passes
 * its own on to us some milliseconds later.
 */
const SAME_SIGNAL_MS = 500;

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: somebody means
 * it.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { signal: NodeJS.Signals; at: number } | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        const at = performance.now();
        if (first?.signal === signal && at - first.at < SAME_SIGNAL_MS) return;
        if (first !== undefined) leave(1);
        first = { signal, at };
        resolve(signal);
      });
    }
  });
}

/** A process's metrics, its pool's among them. */
export function metricsOf(pool: Pool): Metrics {
  const metrics = createMetrics();
  metrics.onScrape(() => {
    metrics.poolConnections.set({ state: 'idle' }, pool.idleCount);
    metrics.poolConnections.set({ state: 'used' }, pool.totalCount - pool.idleCount);
    metrics.poolWaiting.set(pool.waitingCount);
  });
  return metrics;
}

/** Says which command to run for a queue that is not ready. */
export function explainQueue(error: unknown): never {
  if (!(error instanceof QueueNotReady)) throw error;
  throw new CommandError(
    `${error.message} Run: postmand migrate, and restart every server and worker afterwards.`,
    { cause: error },
  );
}
