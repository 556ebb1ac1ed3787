import type { Config } from '../config.ts';
import { unlessStopped } from '../process/stopping.ts';
import { openClaimableQueue } from '../queue/claimable-queue.ts';
import type { ClaimableQueue, QueueParts } from '../queue/claimable-queue.ts';
import { ProcessPool } from '../sending/isolated/pool.ts';
import { HttpSender } from '../sending/send.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { Dispatcher } from '../worker/dispatcher.ts';
import { connectDirect } from './connecting.ts';
import { healthAddress } from './ports.ts';
import { runService, type ServiceParts } from './service.ts';
import { startUpkeep } from './upkeep.ts';

/** `postmand worker`: delivers until SIGTERM or SIGINT, and answers on the health port. */
export async function runWorker(config: Config, log: Log, tracing?: Tracing): Promise<void> {
  const share = shareConnections(config.database.maxConnections);
  await runService(
    {
      name: 'worker',
      config,
      log,
      maxConnections: share.pool,
      openQueue: (parts) => openWorkerQueue(config, parts, share),
      health: { address: healthAddress(config) },
      tracing,
    },
    async (parts) => {
      const worker = await startWorker(parts);
      log.info('worker.started', {
        health_port: parts.health.port,
        health_addresses: parts.health.addresses,
        slots: config.worker.concurrency,
      });
      return worker;
    },
  );
}

/** The queue of a worker, with what needs a session of its own by the direct URL. */
export async function openWorkerQueue(
  config: Config,
  parts: QueueParts,
  share: ConnectionShare,
): Promise<ClaimableQueue> {
  const sessions = await connectDirect(config, parts.connection);
  return openClaimableQueue({ ...parts, sessions }, share);
}

export type ConnectionShare = { pool: number; leases: number; claims: number; listen: number };

/**
 * Splits the bound on a worker's connections: for its own statements, for the leases and the claims
 * of its queue, and for LISTEN. With two there is none left for LISTEN, and polling serves; with
 * three none for claims, and they are made on one for statements.
 */
export function shareConnections(max: number): ConnectionShare {
  const leases = Math.min(3, Math.max(1, Math.floor(max / 4)));
  const listen = max >= 3 ? 1 : 0;
  const claims = max >= 4 ? 1 : 0;
  return { pool: max - leases - claims - listen, leases, claims, listen };
}

/** `stopping` counts until the dispatcher runs: from then on `stop` ends everything in order. */
export type WorkerParts = Omit<ServiceParts<ClaimableQueue>, 'connection' | 'health'>;

/**
 * Everything that delivers. `stop` ends it within the grace period; the queue stays open.
 * @throws StoppedEarly where the process is told to stop before anything was claimed
 */
export async function startWorker(parts: WorkerParts): Promise<{ stop(): Promise<void> }> {
  const { pool, queue, metrics, statistics, alarms, config, log, vault, stopping } = parts;
  const senders = openSenders(config);
  const { concurrency: slots, webhookConcurrency: share, ...others } = config.worker;
  const dispatcher = new Dispatcher(
    { pool, queue, ...senders, metrics, statistics, alarms, log, vault, tracing: parts.tracing },
    { slots, share, ...others, eventSource: config.eventSource },
  );
  const mayListen = shareConnections(config.database.maxConnections).listen > 0;
  const listening = mayListen ? listenOrPoll({ queue, log, config }, dispatcher) : undefined;
  // The dispatcher starts last, so that nothing is claimed by a process that was told to stop.
  await unlessStopped(stopping, listening ?? Promise.resolve()).catch(async (error: unknown) => {
    await dispatcher.stop(0);
    throw error;
  });
  dispatcher.start();
  const upkeep = startUpkeep(parts);
  return {
    async stop() {
      const stopped = Promise.all(upkeep.map((loop) => loop.stop()));
      await dispatcher.stop(config.gracePeriodMs);
      await stopped;
      for (const sender of Object.values(senders)) sender.close();
    },
  };
}

async function listenOrPoll(
  { queue, log, config }: Pick<WorkerParts, 'queue' | 'log' | 'config'>,
  dispatcher: Dispatcher,
): Promise<void> {
  if (!queue.mayListen)
    return log.warn('worker.polling_only', {
      polling_interval_ms: config.worker.pollingIntervalMs,
      advice:
        'a pooler hands transactions to other sessions; set POSTMAND_DATABASE_DIRECT_URL to be told of new deliveries at once',
    });
  await queue
    .listen(
      () => dispatcher.wake(),
      (webhookId) => dispatcher.changed(webhookId),
      () => dispatcher.wakeForTest(),
    )
    .catch((error: unknown) => {
      log.warn('worker.polling_only', {
        error,
        advice:
          'LISTEN needs a session connection; new deliveries wait for the next poll until a later try succeeds',
      });
    });
}

function openSenders({ worker: { responseBodyLimitBytes: bodyLimitBytes }, outbound }: Config) {
  const { rules, proxy, lookupThreads } = outbound;
  const options = { bodyLimitBytes, outbound: rules, lookupThreads, proxy };
  return { sender: new HttpSender(options), isolatedSender: new ProcessPool(options) };
}
