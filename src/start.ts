import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { Config } from './config.ts';
import { connectionTo, type Connection } from './database/connection.ts';
import { startEmbedded, type EmbeddedDatabase } from './database/embedded.ts';
import { openQueue } from './deliveries/queue.ts';
import { createHealth } from './http/health.ts';
import { CommandError, connectTo, endPool, explainQueue, listen, metricsOf, openPool, stopSignal, stopWithin } from './lifecycle.ts';
import type { Log } from './log.ts';
import { migrateAll } from './migrate.ts';
import { startApi } from './server.ts';
import { shareConnections, startWorker } from './worker.ts';

const DATA_DIR = fileURLToPath(new URL('../data', import.meta.url));

/**
 * `postmand start`: everything in one process, for a first look and for development. Without a database URL it brings a
 * PostgreSQL of its own, whose data stays between runs.
 */
export async function runStart(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  const embedded = config.database.url === undefined ? await startEmbedded(config.dataDir ?? DATA_DIR) : undefined;
  if (embedded === undefined)
    return runAll({ connection: await connectTo(config), data: 'the database of POSTMAND_DATABASE_URL', stopping }, config, log);
  const connection = await connectionTo(embedded.url);
  const lock = await lockData(connection, embedded);
  try {
    await runAll({ connection, data: embedded.home, stopping }, config, log);
  } finally {
    await lock.end();
    await embedded.stop();
  }
}

/** What everything runs on, and what ends it. The signal is listened for from the first moment, so that nothing stays behind. */
type Ground = { connection: Connection; data: string; stopping: Promise<NodeJS.Signals> };

async function runAll({ connection, data, stopping }: Ground, config: Config, log: Log): Promise<void> {
  await migrateAll(connection, config, log);
  const share = shareConnections(config.database.maxConnections);
  const pool = await openPool(connection, config, share.pool, 'postmand start', log);
  const metrics = metricsOf(pool);
  try {
    const queue = await openQueue(pool, log).catch(explainQueue);
    const health = await listen(createHealth(pool, metrics, log), config.healthPort, 'POSTMAND_HEALTH_CHECK_HTTP_PORT', { log });
    const api = await startApi({ pool, queue, metrics, log }, config);
    const worker = await startWorker({ pool, connection, metrics, log }, config);
    process.stdout.write(banner({ port: api.port, healthPort: health.port, data, hasKeys: config.http.apiKeyDigests.length > 0 }));
    log.info('start.stopping', { signal: await stopping });
    await stopWithin(config.gracePeriodMs, Promise.all([api.stop(config.gracePeriodMs), worker.stop()]).then(queue.close));
    await health.stop(1000);
    log.info('start.stopped');
  } finally {
    await endPool(pool);
  }
}

const START_LOCK = 7_036_873_082;

/** Two processes on one data folder would stop its PostgreSQL under each other. The lock goes with its connection, so with us. */
async function lockData(connection: Connection, embedded: EmbeddedDatabase): Promise<Client> {
  const client = new Client({ ...connection, application_name: 'postmand start lock' });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [START_LOCK]);
  if (rows[0]?.locked) return client;
  await client.end();
  throw new CommandError(
    `Another \`postmand start\` is running on ${embedded.home}. Stop it first, or choose another folder with POSTMAND_DATA_DIR.`,
  );
}

type Facts = { port: number; healthPort: number; data: string; hasKeys: boolean };

function banner({ port, healthPort, data, hasKeys }: Facts): string {
  return `
  Postmand is running.

    API      http://localhost:${port}/v1
    Docs     http://localhost:${port}/swagger/index.html
    Health   http://localhost:${healthPort}/healthz
    Data     ${data}
    Keys     ${hasKeys ? 'a key of POSTMAND_API_KEYS is asked for' : 'none: whoever reaches the API may use it'}

    Try      curl http://localhost:${port}/v1/webhooks${hasKeys ? ` --header 'Authorization: Bearer KEY'` : ''}
    Stop     Ctrl-C

`;
}
