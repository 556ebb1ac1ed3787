import type { Alarms } from '../alarms/alarms.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../database/connection.ts';
import type { Pool } from '../database/pool.ts';
import type { PayloadCheck } from '../events/types/payload-check.ts';
import { createHealth } from '../http/health.ts';
import { atMost } from '../process/at-most.ts';
import { CommandError } from '../process/command-error.ts';
import { stopSignal, unlessStopped } from '../process/stopping.ts';
import { QueueNotReady } from '../queue/boss.ts';
import type { QueueParts } from '../queue/claimable-queue.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { SchemaThreads } from '../schemas/schema-threads.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';
import { openAlarms } from './alarms.ts';
import { openVault } from './keys.ts';
import { connectTo, endPool, openPool } from './connecting.ts';
import { listen, type ListenAddress, type OpenPort } from './ports.ts';
import { openSchemas } from './schemas.ts';
import { startStatistics } from './statistics.ts';

/** In what `server`, `worker` and `start` differ before their own work begins. */
export type Service<Queue extends DeliveryQueue> = {
  name: 'server' | 'worker' | 'start';
  config: Config;
  log: Log;
  /** Most connections of the pool. */
  maxConnections: number;
  openQueue(parts: QueueParts): Promise<Queue>;
  tracing: Tracing | undefined;
  health: Access;
};

/** Where a port listens, and the names that it is called by; undefined: any. */
export type Access = { address: ListenAddress; hostNames?: readonly string[] | undefined };

/** What a service runs on. */
export type ServiceParts<Queue extends DeliveryQueue> = QueueParts & {
  queue: Queue;
  metrics: Metrics;
  statistics: Recorder;
  alarms: Alarms;
  health: OpenPort;
  config: Config;
  vault: Vault;
  schemas: SchemaThreads;
  payloadCheck: PayloadCheck;
  /** Left out: nobody records traces. */
  tracing?: Tracing | undefined;
  stopping: Promise<NodeJS.Signals>;
};

/**
 * A service that has started. `stop` ends its work within the grace period; the queue stays open.
 */
export type Running = { stop: () => Promise<unknown> };

/** Starts the work of a service, and says so in the log, with its own facts. */
type Run<Queue extends DeliveryQueue> = (parts: ServiceParts<Queue>) => Promise<Running>;

/**
 * A service on the database of the settings, from its start until SIGTERM or SIGINT.
 * @throws CommandError where it cannot run
 * @throws StoppedEarly where the signal came before it could start
 */
export async function runService<Queue extends DeliveryQueue>(
  service: Service<Queue>,
  run: Run<Queue>,
): Promise<void> {
  const stopping = stopSignal();
  const connection = await unlessStopped(stopping, connectTo(service.config));
  await runServiceOn({ connection, stopping }, service, run);
}

/**
 * A service on a database that was reached already. It opens pool, queue and health port, runs, and
 * when the signal comes it stops in the opposite order.
 */
export async function runServiceOn<Queue extends DeliveryQueue>(
  { connection, stopping }: { connection: Connection; stopping: Promise<NodeJS.Signals> },
  { name, config, log, maxConnections: max, ...service }: Service<Queue>,
  run: Run<Queue>,
): Promise<void> {
  const { migrationsDir } = config.database;
  const pool = await unlessStopped(
    stopping,
    openPool(connection, { max, name: `postmand ${name}`, migrationsDir, log }),
  );
  const metrics = metricsOf(pool);
  const counting = startStatistics({ pool, log });
  const reading = openSchemas(config);
  try {
    const vault = await unlessStopped(stopping, openVault(pool, config));
    const opened = service.openQueue({ pool, connection, log }).catch(explainQueue);
    const queue = await unlessStopped(stopping, opened);
    const { address, hostNames } = service.health;
    const health = await listen(createHealth({ pool, metrics, log, hostNames }), address, { log });
    const statistics = counting.recorder;
    const { stop } = await run({
      ...{ pool, connection, log, queue, metrics, statistics, health, config, vault, stopping },
      alarms: await openAlarms({ pool, queue, metrics, log }, config.alerts),
      ...{ ...reading, tracing: service.tracing },
    });
    log.info(`${name}.stopping` as const, { signal: await stopping });
    await stopWithin(
      config.gracePeriodMs,
      inTurn([stop, () => counting.stop(), () => queue.close(), () => handOver(service.tracing)]),
    );
    await health.stop(1000);
    log.info(`${name}.stopped` as const);
  } finally {
    void counting.loop.stop();
    await reading.schemas.close();
    await endPool(pool);
  }
}

async function inTurn(steps: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) await step();
}

/** How long a collector of traces that does not answer may keep a process that is done. */
const HAND_OVER_MS = 5000;

/** Hands over the traces of the last moments. That it fails is in the log, if it is told at all. */
async function handOver(tracing: Tracing | undefined): Promise<void> {
  if (tracing !== undefined) await atMost(HAND_OVER_MS, tracing.stop()).catch(() => {});
}

/** A process's metrics, its pool's among them. */
function metricsOf(pool: Pool): Metrics {
  const metrics = createMetrics();
  metrics.onScrape(() => {
    metrics.poolConnections.set({ state: 'idle' }, pool.idleCount);
    metrics.poolConnections.set({ state: 'used' }, pool.totalCount - pool.idleCount);
    metrics.poolWaiting.set(pool.waitingCount);
  });
  return metrics;
}

/** Says which command to run for a queue that is not ready. */
function explainQueue(error: unknown): never {
  if (!(error instanceof QueueNotReady)) throw error;
  throw new CommandError(
    `${error.message} Run: postmand migrate, and restart every server and worker afterwards.`,
    { cause: error },
  );
}

/**
 * How much longer than its grace period a process that was told to stop may take to return
 * claims and close connections.
 */
const LEEWAY_MS = 3000;

/**
 * Waits for the end of `stopped`, but not much longer than the grace period: a database that went
 * silent keeps nobody for ever.
 */
async function stopWithin(graceMs: number, stopped: Promise<unknown>): Promise<void> {
  await atMost(graceMs + LEEWAY_MS, stopped);
}
