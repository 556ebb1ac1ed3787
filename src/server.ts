import type { Config } from './config.ts';
import type { Pool } from './database/pool.ts';
import { createAccept } from './deliveries/accept.ts';
import { takeCensus } from './deliveries/census.ts';
import { openQueue, type DeliveryQueue } from './deliveries/queue.ts';
import { createApi } from './http/app.ts';
import { createHealth } from './http/health.ts';
import {
  CENSUS_EVERY_MS,
  connectTo,
  endPool,
  explainQueue,
  listen,
  metricsOf,
  openPool,
  stopSignal,
  stopWithin,
  type Listening,
} from './lifecycle.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { repeat } from './repeat.ts';

/** `postmand server`: the API and its health port, until SIGTERM or SIGINT. */
export async function runServer(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  const connection = await connectTo(config);
  const pool = await openPool(connection, config, config.database.maxConnections, 'postmand server', log);
  const metrics = metricsOf(pool);
  try {
    const queue = await openQueue(pool, log).catch(explainQueue);
    const health = await listen(createHealth(pool, metrics, log), config.healthPort, 'POSTMAND_HEALTH_CHECK_HTTP_PORT', { log });
    const api = await startApi({ pool, queue, metrics, log }, config);
    const census = repeat('census', CENSUS_EVERY_MS, () => takeCensus(pool, metrics), log);
    log.info('server.started', { port: api.port, healthPort: health.port, apiKeys: config.http.apiKeyDigests.length });
    log.info('server.stopping', { signal: await stopping });
    await stopWithin(config.gracePeriodMs, Promise.all([api.stop(config.gracePeriodMs), census.stop()]).then(queue.close));
    await health.stop(1000);
    log.info('server.stopped');
  } finally {
    await endPool(pool);
  }
}

export type ServerParts = { pool: Pool; queue: DeliveryQueue; metrics: Metrics; log: Log };

/** The API on its port. */
export async function startApi(parts: ServerParts, config: Config): Promise<Listening> {
  const { port, ...options } = config.http;
  const app = await createApi({ ...parts, accept: createAccept(parts) }, options, parts.log);
  return listen(app, port, 'POSTMAND_HTTP_PORT', { log: parts.log });
}
