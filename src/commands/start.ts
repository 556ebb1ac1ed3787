import { isIPv6 } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { connectionTo, type Connection } from '../database/connection.ts';
import { EmbeddedError } from '../database/embedded/error.ts';
import { holdEmbedded } from '../database/embedded/database.ts';
import { parseDatabaseUrl } from '../database/url.ts';
import { openQueue } from '../queue/queue.ts';
import { createHealth } from '../http/health.ts';
import {
  awaitDatabase,
  endPool,
  explainQueue,
  metricsOf,
  openPool,
  stopWithin,
} from './connecting.ts';
import type { Log } from '../telemetry/log.ts';
import { migrateAll } from './migrate.ts';
import { apiAddress, healthAddress, listen, type OpenPort } from './ports.ts';
import { listeningFacts, startApi } from './server.ts';
import { abortedBy, stopSignal, unlessStopped } from '../process/stopping.ts';
import { CommandError } from '../process/command-error.ts';
import { shareConnections, startWorker } from './worker.ts';

const DATA_DIR = fileURLToPath(new URL('../../data', import.meta.url));

/**
 * `postmand start`: everything in one process, for a first look and for development. Without a
 * database URL it brings a PostgreSQL of its own, whose data stays between runs.
 */
export async function runStart(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  if (config.database.url !== undefined) {
    const connection = await unlessStopped(stopping, awaitDatabase(config, log));
    return runAll(
      { connection, data: 'the database of POSTMAND_DATABASE_URL', stopping },
      config,
      log,
    );
  }
  const embedded = await holdEmbedded(config.dataDir ?? DATA_DIR, log, abortedBy(stopping)).catch(
    explain,
  );
  try {
    const connection = await connectionTo(parseDatabaseUrl(embedded.url));
    await runAll({ connection, data: embedded.home, stopping }, config, log);
  } finally {
    await embedded.stop().catch(explain);
  }
}

function explain(error: unknown): never {
  if (!(error instanceof EmbeddedError)) throw error;
  throw new CommandError(error.message, { cause: error });
}

/**
 * What everything runs on, and what ends it. The signal is listened for from the first moment, so
 * that nothing stays behind.
 */
type Ground = { connection: Connection; data: string; stopping: Promise<NodeJS.Signals> };

async function runAll(
  { connection, data, stopping }: Ground,
  config: Config,
  log: Log,
): Promise<void> {
  await unlessStopped(stopping, migrateAll(connection, config, log));
  const share = shareConnections(config.database.maxConnections);
  const pool = await unlessStopped(
    stopping,
    openPool(connection, {
      max: share.pool,
      name: 'postmand start',
      migrationsDir: config.database.migrationsDir,
      log,
    }),
  );
  const metrics = metricsOf(pool);
  try {
    const queue = await unlessStopped(stopping, openQueue(pool, log).catch(explainQueue));
    const hostNames = hostNamesOf(config);
    const health = await listen(
      createHealth({ pool, metrics, log, hostNames }),
      healthAddress(config, 'localhost'),
      { log },
    );
    const api = await startApi({ pool, queue, metrics, log }, config, {
      address: apiAddress(config, 'localhost'),
      hostNames,
    });
    const worker = await startWorker({ pool, connection, metrics, log, stopping }, config);
    log.info('start.started', {
      ...listeningFacts(api, health),
      api_keys: config.http.apiKeyDigests.length,
      hosts: hostNames ?? 'any',
    });
    process.stdout.write(
      banner({ api, health, data, hostNames, hasKeys: config.http.apiKeyDigests.length > 0 }),
    );
    log.info('start.stopping', { signal: await stopping });
    await stopWithin(
      config.gracePeriodMs,
      Promise.all([api.stop(config.gracePeriodMs), worker.stop()]).then(queue.close),
    );
    await health.stop(1000);
    log.info('start.stopped');
  } finally {
    await endPool(pool);
  }
}

/**
 * Without a key, addresses and localhost alone unless a setting says more: `start` runs beside a
 * browser, whose pages must not get in. With one they cannot, as they do not have it.
 */
function hostNamesOf({ http }: Config): readonly string[] | undefined {
  return http.allowedHosts ?? (http.apiKeyDigests.length > 0 ? undefined : []);
}

type Facts = {
  api: OpenPort;
  health: OpenPort;
  data: string;
  hostNames: readonly string[] | undefined;
  hasKeys: boolean;
};

function banner({ api, health, data, hostNames, hasKeys }: Facts): string {
  const url = urlOf(api);
  return `
  Postmand is running.

    API      ${url}/v1
    Docs     ${url}/swagger/index.html
    Health   ${urlOf(health)}/healthz
    Data     ${data}
    Keys     ${hasKeys ? 'a key of POSTMAND_API_KEYS is asked for' : 'none: whoever reaches the API may use it'}
    Reach    ${reachOf(api, hostNames)}

    Try      curl ${url}/v1/webhooks${hasKeys ? ` --header 'Authorization: Bearer KEY'` : ''}
    Stop     Ctrl-C

`;
}

/** With a name where that leads there: it is what the guides say. */
function urlOf({ addresses: [address = ''], port }: OpenPort): string {
  if (/^(127\.0\.0\.1|::1|0\.0\.0\.0|::)$/.test(address)) return `http://localhost:${port}`;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

function reachOf({ addresses }: OpenPort, hostNames: Facts['hostNames']): string {
  const isLocal = addresses.every((address) => address === '::1' || address.startsWith('127.'));
  if (isLocal) return 'this machine only; POSTMAND_HTTP_HOST=0.0.0.0 opens the API to others';
  const names =
    hostNames?.length === 0
      ? ', by address and not by name; POSTMAND_HTTP_ALLOWED_HOSTS lists names'
      : '';
  return `the API listens on ${addresses.join(', ')}${names}`;
}
