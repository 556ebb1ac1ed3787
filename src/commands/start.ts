import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { connectionTo, type Connection } from '../database/connection.ts';
import { EmbeddedError } from '../database/embedded/error.ts';
import { holdEmbedded } from '../database/embedded/database.ts';
import { parseDatabaseUrl } from '../database/url.ts';
import { CommandError } from '../process/command-error.ts';
import { abortedBy, stopSignal, unlessStopped } from '../process/stopping.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { banner } from './banner.ts';
import { awaitDatabase, connectForSchema, connectTo } from './connecting.ts';
import { migrateAll } from './migrate.ts';
import { apiAddress, healthAddress } from './ports.ts';
import { apiFacts, requireKeys, startApi } from './server.ts';
import { runServiceOn, type Running, type ServiceParts } from './service.ts';
import { openWorkerQueue, shareConnections, startWorker } from './worker.ts';

const DATA_DIR = fileURLToPath(new URL('../../data', import.meta.url));

/**
 * `postmand start`: everything in one process, for a first look and for development. Without a
 * database URL it brings a PostgreSQL of its own, whose data stays between runs.
 */
export async function runStart(config: Config, log: Log, tracing?: Tracing): Promise<void> {
  // From the first moment, so that nothing stays behind.
  const stopping = stopSignal();
  if (config.database.url !== undefined) {
    const schema = await unlessStopped(stopping, awaitDatabase(connectForSchema, config, log));
    await unlessStopped(stopping, migrateAll(schema, config, log));
    const connection = await unlessStopped(stopping, connectTo(config));
    const data = 'the database of POSTMAND_DATABASE_URL';
    return runAll({ connection, data, stopping, tracing }, config, log);
  }
  const embedded = await holdEmbedded(config.dataDir ?? DATA_DIR, log, abortedBy(stopping)).catch(
    explain,
  );
  try {
    const connection = await connectionTo(parseDatabaseUrl(embedded.url));
    await unlessStopped(stopping, migrateAll(connection, config, log));
    await runAll({ connection, data: embedded.home, stopping, tracing }, config, log);
  } finally {
    await embedded.stop().catch(explain);
  }
}

function explain(error: unknown): never {
  if (!(error instanceof EmbeddedError)) throw error;
  throw new CommandError(error.message, { cause: error });
}

/** `data` says where the deliveries are kept. */
type Database = {
  connection: Connection;
  data: string;
  stopping: Promise<NodeJS.Signals>;
  tracing: Tracing | undefined;
};

async function runAll(
  { connection, data, stopping, tracing }: Database,
  config: Config,
  log: Log,
): Promise<void> {
  const share = shareConnections(config.database.maxConnections);
  const hostNames = hostNamesOf(config);
  await runServiceOn(
    { connection, stopping },
    {
      name: 'start',
      config,
      log,
      maxConnections: share.pool,
      openQueue: (parts) => openWorkerQueue(config, parts, share),
      health: { address: healthAddress(config, 'localhost'), hostNames },
      tracing,
    },
    (parts) => startAll(parts, data, hostNames),
  );
}

async function startAll(
  parts: ServiceParts<ClaimableQueue>,
  data: string,
  hostNames: readonly string[] | undefined,
): Promise<Running> {
  const { config, health, log } = parts;
  const ui = showsDashboard(config);
  const access = { address: apiAddress(config, 'localhost'), hostNames, ui };
  const api = await startApi(parts, access);
  const worker = await startWorker(parts);
  const hasKeys = config.http.apiKeyDigests.length > 0;
  log.info('start.started', apiFacts(parts, api, access));
  process.stdout.write(banner({ api, health, data, hostNames, hasKeys, ui }));
  return { stop: () => Promise.all([api.stop(config.gracePeriodMs), worker.stop()]) };
}

/**
 * Without a key, addresses and localhost alone unless a setting says more: `start` runs beside a
 * browser, whose pages must not get in. With one they cannot, as they do not have it.
 */
function hostNamesOf({ http }: Config): readonly string[] | undefined {
  return http.allowedHosts ?? (http.apiKeyDigests.length > 0 ? undefined : []);
}

/**
 * Whoever looks at this machine alone needs no key for the dashboard either. @throws ConfigError
 * where it was asked for, and others reach it without a key
 */
function showsDashboard(config: Config): boolean {
  const { ui, host, apiKeyDigests } = config.http;
  const isClosed = apiKeyDigests.length > 0 || host === undefined || isLoopback(host);
  if (ui === true && !isClosed) requireKeys(config);
  return ui ?? isClosed;
}

const isLoopback = (host: string) => host === 'localhost' || /^(127\.|::1$)/.test(host);
