import type { Config } from '../config.ts';
import type { Connection } from '../database/connection.ts';
import type { Pool } from '../database/pool.ts';
import { measureBacklog } from '../upkeep/backlog.ts';
import { Dispatcher } from '../worker/dispatcher.ts';
import { ProcessPool } from '../sending/isolated/pool.ts';
import { createLeaseCheck } from '../upkeep/lease-check.ts';
import { createPurge } from '../upkeep/purge.ts';
import { openClaimableQueue, type ClaimableQueue } from '../queue/queue.ts';
import { releaseHeld } from '../upkeep/release.ts';
import { createSender } from '../sending/send.ts';
import { rescueOverdue } from '../upkeep/rescue.ts';
import { createHealth } from '../http/health.ts';
import {
  BACKLOG_EVERY_MS,
  connectTo,
  endPool,
  explainQueue,
  metricsOf,
  openPool,
  stopWithin,
} from './connecting.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { healthAddress, listen } from './ports.ts';
import { UpkeepLoop } from '../process/upkeep-loop.ts';
import { stopSignal, unlessStopped } from '../process/stopping.ts';

/** `postmand worker`: delivers until SIGTERM or SIGINT, and answers on the health port. */
export async function runWorker(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  const connection = await unlessStopped(stopping, connectTo(config));
  const share = shareConnections(config.database.maxConnections);
  const pool = await unlessStopped(
    stopping,
    openPool(connection, {
      max: share.pool,
      name: 'postmand worker',
      migrationsDir: config.database.migrationsDir,
      log,
    }),
  );
  const metrics = metricsOf(pool);
  try {
    const health = await listen(createHealth({ pool, metrics, log }), healthAddress(config), { log });
    const worker = await startWorker({ pool, connection, metrics, log, stopping }, config);
    log.info('worker.started', {
      health_port: health.port,
      health_addresses: health.addresses,
      slots: config.worker.concurrency,
    });
    log.info('worker.stopping', { signal: await stopping });
    await stopWithin(config.gracePeriodMs, worker.stop());
    await health.stop(1000);
    log.info('worker.stopped');
  } finally {
    await endPool(pool);
  }
}

export type ConnectionShare = { pool: number; upkeep: number; listen: number };

/**
 * Splits the bound on a worker's connections: for its own statements, for the leases of its queue,
 * and for LISTEN. With two there is none left for LISTEN, and polling serves.
 */
export function shareConnections(max: number): ConnectionShare {
  const upkeep = Math.min(3, Math.max(1, Math.floor(max / 4)));
  const forListen = max >= 3 ? 1 : 0;
  return { pool: max - upkeep - forListen, upkeep, listen: forListen };
}

/** `stopping` counts until the dispatcher runs: from then on `stop` ends everything in order. */
export type WorkerParts = {
  pool: Pool;
  connection: Connection;
  metrics: Metrics;
  log: Log;
  stopping: Promise<NodeJS.Signals>;
};

/**
 * Everything that delivers. `stop` ends it within the grace period.
 * @throws StoppedEarly where the process is told to stop before anything was claimed
 */
export async function startWorker(
  parts: WorkerParts,
  config: Config,
): Promise<{ stop(): Promise<void> }> {
  const { pool, connection, metrics, log, stopping } = parts;
  const connections = shareConnections(config.database.maxConnections);
  const queue = await unlessStopped(
    stopping,
    openClaimableQueue(pool, connection, connections.upkeep, log).catch(explainQueue),
  );
  // The dispatcher comes last, so that nothing is claimed by a process that was told to stop. It
  // looks for work when it starts.
  let wake = () => {};
  const listening =
    connections.listen > 0 ? listenOrPoll(queue, () => wake(), log) : Promise.resolve();
  await unlessStopped(stopping, listening);

  const { rules: outbound, proxy, lookupThreads } = config.outbound;
  const sending = {
    bodyLimitBytes: config.worker.responseBodyLimitBytes,
    outbound,
    lookupThreads,
    proxy,
  };
  const [sender, isolatedSender] = [createSender(sending), new ProcessPool(sending)];
  const { concurrency: slots, webhookConcurrency: share, ...others } = config.worker;
  const dispatcher = new Dispatcher(
    { pool, queue, sender, isolatedSender, metrics, log },
    { slots, share, ...others },
  );
  wake = () => dispatcher.wake();

  const upkeep = [
    new UpkeepLoop(
      { task: 'leases', everyMs: 5000, log },
      createLeaseCheck({ queue, metrics, log }),
    ),
    new UpkeepLoop({ task: 'release', everyMs: 1000, log }, () => releaseHeld(pool, queue)),
    new UpkeepLoop({ task: 'purge', everyMs: 1000, log }, createPurge({ pool, log })),
    new UpkeepLoop({ task: 'rescue', everyMs: 30_000, log }, () => rescueOverdue(pool, queue)),
    new UpkeepLoop({ task: 'backlog', everyMs: BACKLOG_EVERY_MS, log }, () =>
      measureBacklog(pool, metrics),
    ),
  ];
  return {
    async stop() {
      const stopped = Promise.all(upkeep.map((loop) => loop.stop()));
      await dispatcher.stop(config.gracePeriodMs);
      await stopped;
      await queue.close();
      for (const one of [sender, isolatedSender]) one.close();
    },
  };
}

async function listenOrPoll(queue: ClaimableQueue, wake: () => void, log: Log): Promise<void> {
  await queue.listen(wake).catch((error: unknown) => {
    log.warn('worker.polling_only', {
      error,
      advice:
        'LISTEN needs a session connection; new deliveries wait for the next poll until a later try succeeds',
    });
  });
}
