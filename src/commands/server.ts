import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import { createAccept } from '../deliveries/accept.ts';
import { measureBacklog } from '../upkeep/backlog.ts';
import { openQueue, type DeliveryQueue } from '../queue/queue.ts';
import { createApi } from '../http/app.ts';
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
import { apiAddress, healthAddress, listen, type OpenPort, type ListenAddress } from './ports.ts';
import { UpkeepLoop } from '../process/upkeep-loop.ts';
import { stopSignal, unlessStopped } from '../process/stopping.ts';

/** `postmand server`: the API and its health port, until SIGTERM or SIGINT. */
export async function runServer(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  const connection = await unlessStopped(stopping, connectTo(config));
  const pool = await unlessStopped(
    stopping,
    openPool(connection, {
      max: config.database.maxConnections,
      name: 'postmand server',
      migrationsDir: config.database.migrationsDir,
      log,
    }),
  );
  const metrics = metricsOf(pool);
  try {
    const queue = await unlessStopped(stopping, openQueue(pool, log).catch(explainQueue));
    const health = await listen(createHealth({ pool, metrics, log }), healthAddress(config), { log });
    const access = { address: apiAddress(config), hostNames: config.http.allowedHosts };
    const api = await startApi({ pool, queue, metrics, log }, config, access);
    const backlog = new UpkeepLoop({ task: 'backlog', everyMs: BACKLOG_EVERY_MS, log }, () =>
      measureBacklog(pool, metrics),
    );
    log.info('server.started', {
      ...listeningFacts(api, health),
      api_keys: config.http.apiKeyDigests.length,
      hosts: access.hostNames ?? 'any',
    });
    log.info('server.stopping', { signal: await stopping });
    await stopWithin(
      config.gracePeriodMs,
      Promise.all([api.stop(config.gracePeriodMs), backlog.stop()]).then(queue.close),
    );
    await health.stop(1000);
    log.info('server.stopped');
  } finally {
    await endPool(pool);
  }
}

export type ServerParts = { pool: Pool; queue: DeliveryQueue; metrics: Metrics; log: Log };

/** Where the API listens, and the names that it is called by; undefined: any. */
export type Access = { address: ListenAddress; hostNames: readonly string[] | undefined };

/** The API on its port. */
export async function startApi(
  parts: ServerParts,
  config: Config,
  { address, hostNames }: Access,
): Promise<OpenPort> {
  const { requestBodyLimitBytes, bytesInFlight, validateResponses, apiKeyDigests } = config.http;
  const options = {
    requestBodyLimitBytes,
    bytesInFlight,
    validateResponses,
    apiKeyDigests,
    hostNames,
  };
  const app = await createApi({ ...parts, accept: createAccept(parts) }, options, parts.log);
  return listen(app, address, { log: parts.log });
}

/** For the log: where both ports can be reached. */
export function listeningFacts(api: OpenPort, health: OpenPort) {
  return {
    port: api.port,
    addresses: api.addresses,
    health_port: health.port,
    health_addresses: health.addresses,
  };
}
