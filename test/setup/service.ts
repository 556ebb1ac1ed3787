import { NO_ALARMS, type Alarms } from '../../src/alarms/alarms.ts';
import { BatchAcceptor } from '../../src/deliveries/accepting/accept-batch.ts';
import { Acceptor } from '../../src/deliveries/accepting/accept.ts';
import { EventAcceptor } from '../../src/events/accepting/event-acceptor.ts';
import { Subscriptions } from '../../src/events/choosing/subscriptions.ts';
import { PayloadCheck } from '../../src/events/types/payload-check.ts';
import { queueFanOuts } from '../../src/operations/fan-out.ts';
import type { Attempt } from '../../src/attempts/attempt.ts';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { GatedWebhooks } from '../../src/deliveries/gated-webhooks.ts';
import { openClaimableQueue } from '../../src/queue/claimable-queue.ts';
import { openQueue } from '../../src/queue/delivery-queue.ts';
import type { DashboardFiles } from '../../src/http/dashboard/files.ts';
import { createApi } from '../../src/http/app.ts';
import { TestCalls } from '../../src/http/test-calls.ts';
import type { HttpLimits } from '../../src/http/server.ts';
import { listen } from '../../src/commands/ports.ts';
import type { Log } from '../../src/telemetry/log.ts';
import { readConfig } from '../../src/config.ts';
import { Recorder } from '../../src/statistics/recorder.ts';
import { SchemaThreads } from '../../src/schemas/schema-threads.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { openAlarms } from '../../src/commands/alarms.ts';
import { openSchemas } from '../../src/commands/schemas.ts';
import { startWorker } from '../../src/commands/worker.ts';
import type { Vault } from '../../src/webhooks/secrets/vault.ts';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { lastFirst, type Cleanup } from './last-first.ts';
import type { TestDatabase } from './database.ts';
import { FREE_PORT, NO_KEYS, silentLog } from './parts.ts';
import { EVENT_SOURCE, GIVEN } from './settings.ts';
import { until } from './until.ts';

/** What an answer held. */
// oxlint-disable-next-line typescript/no-explicit-any -- because each test knows its shape
type Json = any;

export type Api = {
  url: string;
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Json; headers: Headers }>;
  createWebhook(settings?: Partial<WebhookSettings>): Promise<Webhook>;
  createDelivery(webhookId: string, payload?: string): Promise<Delivery>;
  delivery(id: string): Promise<Delivery>;
  /** Waits until a delivery is no longer pending. */
  settled(id: string, timeoutMs?: number): Promise<Delivery>;
  /** The attempts of a delivery, the first first. */
  attempts(deliveryId: string): Promise<Attempt[]>;
};

type ApiSettings = {
  dashboard?: DashboardFiles;
  log?: Log;
  apiKeyDigests?: string[];
  hostNames?: string[];
  bytesInFlight?: number;
  limits?: Partial<HttpLimits>;
  /** Nobody refreshes it here unless the test does. */
  gated?: GatedWebhooks;
  testCalls?: TestCalls;
  vault?: Vault;
  /** Nobody writes what it counts unless the test does. */
  statistics?: Recorder;
  alarms?: Alarms;
};

/** The API in this process, with responses validated against openapi.yaml. */
export async function startApi(
  t: Cleanup,
  { pool }: TestDatabase,
  {
    log = silentLog,
    apiKeyDigests = [],
    hostNames,
    bytesInFlight = 64 * 1024 * 1024,
    limits = {},
    gated = new GatedWebhooks(),
    testCalls = new TestCalls(pool),
    vault = NO_KEYS,
    statistics = new Recorder(),
    dashboard,
    alarms = NO_ALARMS,
  }: ApiSettings = {},
): Promise<Api> {
  const queue = await openQueue(pool, log);
  const metrics = createMetrics();
  const acceptor = new Acceptor({ pool, queue, metrics, statistics, gated });
  const batchAcceptor = new BatchAcceptor({ pool, queue, metrics });
  const schemas = new SchemaThreads();
  const payloadCheck = new PayloadCheck({ isOpen: false, schemas });
  const eventAcceptor = new EventAcceptor({
    ...{ pool, queue, metrics, queueFanOuts },
    subscriptions: new Subscriptions(),
    payloadCheck,
  });
  const options = {
    requestBodyLimitBytes: 1024 * 1024,
    batchBodyLimitBytes: 16 * 1024 * 1024,
    bytesInFlight,
    validateResponses: true,
    apiKeyDigests,
    hostNames,
    dashboard,
  };
  const app = await createApi(
    {
      ...{ pool, queue, acceptor, batchAcceptor, eventAcceptor, metrics, testCalls, gated, vault },
      ...{ schemas, payloadCheck, alarms, eventSource: EVENT_SOURCE },
    },
    options,
    log,
  );
  const server = await listen(app, FREE_PORT, { log, limits });
  lastFirst(t).after(async () => {
    testCalls.stop();
    await server.stop(0);
    await schemas.close();
    await queue.close();
  });
  return apiAt(`http://127.0.0.1:${server.port}`);
}

type WorkerSettings = {
  settings?: Record<string, string>;
  log?: Log;
  vault?: Vault;
  statistics?: Recorder;
};

/** A worker in this process. `settings` are environment variables. */
export async function startWorkerHere(
  t: Cleanup,
  { pool, connection, sessions }: TestDatabase,
  {
    settings = {},
    log = silentLog,
    vault = NO_KEYS,
    statistics = new Recorder(),
  }: WorkerSettings = {},
): Promise<void> {
  const queue = await openClaimableQueue(
    { pool, connection, sessions, log },
    { leases: 2, claims: 1 },
  );
  const config = readConfig({ POSTMAND_SHUTDOWN_GRACE_PERIOD: '0', ...settings });
  const stopping = new Promise<NodeJS.Signals>(() => {});
  const { schemas, payloadCheck } = openSchemas(config);
  const metrics = createMetrics();
  const alarms = await openAlarms({ pool, queue, metrics, log }, config.alerts);
  const worker = await startWorker({
    pool,
    queue,
    metrics,
    statistics,
    alarms,
    config,
    log,
    stopping,
    vault,
    schemas,
    payloadCheck,
  });
  lastFirst(t).after(async () => {
    await worker.stop();
    await schemas.close();
    await queue.close();
  });
}

/** Calls to the API at `url`, which answer 2xx or throw where they promise a thing. */
export function apiAt(url: string): Api {
  async function call(method: string, path: string, body?: unknown) {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: response.headers,
    };
  }
  async function must<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await call(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Body;
  }
  const delivery = (id: string) => must<Delivery>('GET', `/deliveries/${id}`);
  return {
    url,
    call,
    delivery,
    createWebhook: (settings = {}) => must('POST', '/webhooks', { ...GIVEN, ...settings }),
    createDelivery: (webhookId, payload = '{"success": true}') =>
      must('POST', '/deliveries', { webhook_id: webhookId, payload }),
    settled: (id, timeoutMs) =>
      until(
        `delivery ${id} settled`,
        async () => {
          const now = await delivery(id);
          return now.status !== 'pending' && now;
        },
        timeoutMs,
      ),
    attempts: async (deliveryId) =>
      (
        await must<{ delivery_attempts: Attempt[] }>(
          'GET',
          `/delivery-attempts?delivery_id=${deliveryId}&limit=1000`,
        )
      ).delivery_attempts.toReversed(),
  };
}
