import { ConfigError, type Config } from '../config.ts';
import { BatchAcceptor } from '../deliveries/accepting/accept-batch.ts';
import { Acceptor } from '../deliveries/accepting/accept.ts';
import { GatedWebhooks } from '../deliveries/gated-webhooks.ts';
import { EventAcceptor } from '../events/accepting/event-acceptor.ts';
import { Subscriptions } from '../events/choosing/subscriptions.ts';
import { createApi } from '../http/app.ts';
import { readDashboard } from '../http/dashboard/files.ts';
import { TestCalls } from '../http/test-calls.ts';
import { queueFanOuts } from '../operations/fan-out.ts';
import { openQueue } from '../queue/delivery-queue.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { apiAddress, healthAddress, listen, type OpenPort } from './ports.ts';
import { runService, type Access, type ServiceParts } from './service.ts';
import { startCensus, startMeasuring, startWatchingGates } from './upkeep.ts';

/** `postmand server`: the API and its health port, until SIGTERM or SIGINT. */
export async function runServer(config: Config, log: Log, tracing?: Tracing): Promise<void> {
  const ui = config.http.ui ?? false;
  if (ui) requireKeys(config);
  await runService(
    {
      name: 'server',
      config,
      log,
      maxConnections: config.database.maxConnections,
      openQueue: ({ pool }) => openQueue(pool, log),
      health: { address: healthAddress(config) },
      tracing,
    },
    async (parts) => {
      const access = { address: apiAddress(config), hostNames: config.http.allowedHosts, ui };
      const api = await startApi(parts, access);
      const upkeep = [startMeasuring(parts), startCensus(parts, api.gated)];
      log.info('server.started', apiFacts(parts, api, access));
      return {
        stop: () =>
          Promise.all([api.stop(config.gracePeriodMs), ...upkeep.map((loop) => loop.stop())]),
      };
    },
  );
}

/** The dashboard shows payloads to whoever opens it. @throws ConfigError where there are no keys */
export function requireKeys({ http }: Config): void {
  if (http.apiKeyDigests.length > 0) return;
  throw new ConfigError([
    'POSTMAND_UI needs POSTMAND_API_KEYS: without keys everybody who reaches the dashboard could read and change everything',
  ]);
}

/** Where the API listens, and whether the dashboard is beside it. */
export type ApiAccess = Access & { ui: boolean };

/** The API on its port, with what it has to know to accept. */
export async function startApi(
  parts: ServiceParts<DeliveryQueue>,
  { address, hostNames, ui }: ApiAccess,
): Promise<OpenPort & { gated: GatedWebhooks }> {
  const { pool, queue, metrics, statistics, log, config, vault, schemas, payloadCheck } = parts;
  const { alarms } = parts;
  const gated = new GatedWebhooks();
  const { idempotencyWindowSeconds } = config.http;
  const acceptor = new Acceptor({
    ...{ pool, queue, metrics, statistics, gated, idempotencyWindowSeconds },
  });
  const batchAcceptor = new BatchAcceptor({ pool, queue, metrics, idempotencyWindowSeconds });
  const eventAcceptor = new EventAcceptor({
    ...{ pool, queue, metrics, idempotencyWindowSeconds, queueFanOuts },
    subscriptions: new Subscriptions({ log }),
    payloadCheck,
  });
  const testCalls = new TestCalls(pool);
  const app = await createApi(
    {
      ...{ pool, queue, metrics, acceptor, batchAcceptor, eventAcceptor, testCalls, gated, vault },
      ...{ schemas, payloadCheck, alarms, eventSource: config.eventSource },
      tracing: parts.tracing,
    },
    { ...config.http, hostNames, dashboard: ui ? await readDashboard() : undefined },
    log,
  );
  const api = await listen(app, address, { log });
  const watch = startWatchingGates({ pool, log, gated });
  return {
    ...api,
    gated,
    async stop(graceMs) {
      testCalls.stop();
      await Promise.all([api.stop(graceMs), watch.stop()]);
    },
  };
}

/** For the log: where both ports can be reached, and who may use the API. */
export function apiFacts(
  { health, config }: ServiceParts<DeliveryQueue>,
  api: OpenPort,
  { hostNames, ui }: ApiAccess,
) {
  return {
    port: api.port,
    addresses: api.addresses,
    health_port: health.port,
    health_addresses: health.addresses,
    api_keys: config.http.apiKeyDigests.length,
    hosts: hostNames ?? 'any',
    ui,
  };
}
