import { createHash, createSecretKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { alertSettings } from './settings/alerts.ts';
import { databaseUrls } from './settings/database-urls.ts';
import { quoted, Reader, type Environment } from './environment.ts';
import { eventSource } from './settings/events.ts';
import { hostNames, listenHost, networks, proxy } from './settings/network.ts';
import { retentionSettings } from './settings/retention.ts';
import { tracingAsked } from './settings/tracing.ts';
import { OUTBOUND_POLICIES } from './sending/connecting/outbound.ts';

const MIB = 1024 * 1024;

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/** Every setting, read once at start. Durations are in milliseconds, sizes in bytes. */
export type Config = ReturnType<typeof readConfig>;

/**
 * One or more settings cannot be used. `faults` has a line each, and each line starts with the
 * variable's name.
 */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `${faults.length === 1 ? 'One setting is' : `${faults.length} settings are`} not usable:\n  ${faults.join('\n  ')}`,
    );
    this.faults = faults;
  }
}

/**
 * Checks and freezes all settings.
 * @throws ConfigError that names every variable at fault, not just the first.
 */
export function readConfig(variables: Environment) {
  const env = new Reader(variables);
  const config = {
    database: databaseSettings(env),
    dataDir: env.text('POSTMAND_DATA_DIR'),
    http: httpSettings(env),
    healthPort: env.integer('POSTMAND_HEALTH_CHECK_HTTP_PORT', {
      default: 8001,
      min: 0,
      max: 65_535,
    }),
    healthHost: listenHost(env, 'POSTMAND_HEALTH_CHECK_HTTP_HOST'),
    worker: workerSettings(env),
    liveJobs: env.integer('POSTMAND_LIVE_JOBS', { default: 1000, min: 10, max: 1_000_000 }),
    outboxPollMs: env.integer('POSTMAND_OUTBOX_POLL', { default: 100, min: 10, max: 60_000 }),
    eventSource: eventSource(env, 'POSTMAND_EVENT_SOURCE'),
    openEventTypes: env.flag('POSTMAND_OPEN_EVENT_TYPES', false),
    retention: retentionSettings(env),
    alerts: alertSettings(env),
    outbound: outboundSettings(env),
    encryptionKeys: encryptionKeys(env, 'POSTMAND_ENCRYPTION_KEYS'),
    tracing: tracingAsked(env),
    gracePeriodMs:
      env.integer('POSTMAND_SHUTDOWN_GRACE_PERIOD', { default: 25, min: 0, max: 3600 }) * 1000,
    logLevel: env.oneOf('POSTMAND_LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  if (env.faults.length > 0) throw new ConfigError(env.faults);
  return deepFreeze(config);
}

function databaseSettings(env: Reader) {
  const byDefault = fileURLToPath(new URL('../migrations', import.meta.url));
  return {
    ...databaseUrls(env),
    migrationsDir: migrations(env, 'POSTMAND_DATABASE_MIGRATION_DIR', byDefault),
    maxConnections: env.integer('POSTMAND_DATABASE_MAX_OPEN_CONNS', {
      default: 10,
      min: 2,
      max: 1000,
    }),
    waitMs: env.integer('POSTMAND_DATABASE_WAIT', { default: 30, min: 0, max: 3600 }) * 1000,
  };
}

function migrations(env: Reader, name: string, byDefault: string): string {
  const path = env.text(name)?.replace(/^file:\/\//, '') ?? byDefault;
  // The Go program's own folder, under the Go program's own setting, would be run as ours.
  if (!existsSync(`${path}/001_reference_tables.up.sql`)) {
    env.fault(
      name,
      `names a folder without the migrations of this program: ${quoted(path)}; unset it to use those of this version`,
    );
  }
  return path;
}

function httpSettings(env: Reader) {
  const requestBodyLimitBytes = env.integer('POSTMAND_REQUEST_BODY_LIMIT', {
    default: MIB,
    min: 1024,
    max: 64 * MIB,
  });
  return {
    port: env.integer('POSTMAND_HTTP_PORT', { or: 'PORT', default: 8000, min: 0, max: 65_535 }),
    host: listenHost(env, 'POSTMAND_HTTP_HOST'),
    allowedHosts: hostNames(env, 'POSTMAND_HTTP_ALLOWED_HOSTS'),
    requestBodyLimitBytes,
    batchBodyLimitBytes: env.integer('POSTMAND_BATCH_BODY_LIMIT', {
      default: 16 * MIB,
      min: 1024,
      max: 64 * MIB,
    }),
    bytesInFlight: env.integer('POSTMAND_SERVER_BYTES_IN_FLIGHT', {
      default: 64 * MIB,
      min: requestBodyLimitBytes,
      max: 1024 ** 4,
    }),
    idempotencyWindowSeconds: env.integer('POSTMAND_IDEMPOTENCY_WINDOW', {
      default: 86_400,
      min: 3600,
      max: 2_592_000,
    }),
    validateResponses: env.flag('POSTMAND_VALIDATE_RESPONSES', false),
    apiKeyDigests: digests(env, 'POSTMAND_API_KEYS'),
    // Where nobody says it, each command knows better.
    ui: env.text('POSTMAND_UI') === undefined ? undefined : env.flag('POSTMAND_UI', false),
  };
}

/** An empty entry is a fault, not left out: it may be a variable that was not set. */
function digests(env: Reader, name: string): string[] {
  const keys =
    env
      .text(name)
      ?.split(',')
      .map((key) => key.trim()) ?? [];
  const problem = apiKeysProblem(keys);
  if (problem !== undefined) env.fault(name, problem);
  return keys.map((key) => createHash('sha256').update(key).digest('hex'));
}

/** What is wrong with API keys, by their place. No key is ever repeated. */
function apiKeysProblem(keys: readonly string[]): string | undefined {
  const bad = keys.flatMap((key, i) =>
    /^[\x21-\x7e]{16,256}$/.test(key) ? [] : [`number ${i + 1}`],
  );
  if (bad.length === 0) return undefined;
  return `must be keys of 16 to 256 printable ASCII characters without spaces, with commas between them, which ${bad.join(', ')} is not`;
}

/** The first one encrypts, and all decrypt. A fault names an entry by its place, never its key. */
function encryptionKeys(env: Reader, name: string) {
  const entries = env.text(name)?.split(',') ?? [];
  const keys = entries.map((entry) => /^([\w-]{1,32}):([A-Za-z\d+/]{43}=)$/.exec(entry.trim()));
  const ids = keys.map((key) => key?.[1]);
  for (const [i, id] of ids.entries()) {
    if (id === undefined)
      env.fault(
        name,
        `must be keys such as 2026:BASE64, with commas between them, which number ${i + 1} is not: an id of 1 to 32 letters, digits, - and _, a colon, and 32 bytes in base64`,
      );
    else if (ids.indexOf(id) < i) env.fault(name, `has the id ${quoted(id)} twice`);
  }
  return keys.flatMap((key) => {
    const [, id = '', text = ''] = key ?? [];
    return key === null ? [] : [{ id, key: createSecretKey(text, 'base64') }];
  });
}

function workerSettings(env: Reader) {
  return {
    concurrency: env.integer('POSTMAND_WORKER_CONCURRENCY', {
      default: 100,
      min: 1,
      max: 10_000,
    }),
    webhookConcurrency: env.integer('POSTMAND_WEBHOOK_CONCURRENCY', {
      default: 20,
      min: 1,
      max: 10_000,
    }),
    pollingIntervalMs: env.integer('POSTMAND_POLLING_INTERVAL', {
      default: 1000,
      min: 10,
      max: 3_600_000,
    }),
    bytesInFlight: env.integer('POSTMAND_WORKER_BYTES_IN_FLIGHT', {
      default: 64 * 1024 ** 2,
      min: 1024 ** 2,
      max: 16 * 1024 ** 3,
    }),
    retryAfterMaxSeconds: env.integer('POSTMAND_RETRY_AFTER_MAX', {
      default: 3600,
      min: 1,
      max: 604_800,
    }),
    responseBodyLimitBytes: env.integer('POSTMAND_RESPONSE_BODY_LIMIT', {
      default: 64 * 1024,
      min: 0,
      max: 16 * 1024 * 1024,
    }),
  };
}

function outboundSettings(env: Reader) {
  return {
    rules: {
      policy: env.oneOf('POSTMAND_OUTBOUND_POLICY', OUTBOUND_POLICIES, 'internal'),
      allow: networks(env, 'POSTMAND_OUTBOUND_ALLOW'),
      deny: networks(env, 'POSTMAND_OUTBOUND_DENY'),
    },
    proxy: proxy(env, 'POSTMAND_OUTBOUND_PROXY', 'POSTMAND_OUTBOUND_NO_PROXY'),
    // Node.js's own: how many name look-ups can be under way at a time.
    lookupThreads: env.integer('UV_THREADPOOL_SIZE', { default: 64, min: 1, max: 1024 }),
  };
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
