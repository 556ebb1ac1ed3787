import { PgBoss, type Db as BossDb } from 'pg-boss';
import type { Connection } from '../database/connection.ts';
import { createPool, type Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import { QUIET } from './boss.ts';
import { UNWRITTEN_LEASE_SECONDS } from './heartbeat.ts';
import { QUEUE } from './names.ts';

const YEAR_SECONDS = 365 * 86_400;

/**
 * One job a delivery, by a unique index on the key; pg-boss's own retries are for owners that died.
 */
const QUEUE_SETTINGS = {
  retryLimit: 1000,
  heartbeatSeconds: UNWRITTEN_LEASE_SECONDS,
  // A send may take longer than the 15 minutes after which pg-boss would take its job away in spite
  // of its heartbeat.
  expireInSeconds: 86_400,
  // Waiting jobs would be deleted after 14 days.
  retentionSeconds: YEAR_SECONDS,
  deleteAfterSeconds: 3600,
  // A long backlog is normal and needs no warning.
  warningQueueSize: 2_000_000_000,
};

/**
 * Installs or upgrades pg-boss and the queue, brings its settings up to date, and waits for index
 * builds in the background.
 */
export async function installQueue(connection: Connection, log: Log): Promise<void> {
  // No bound on its statements: to build an index may take long.
  const pool = createPool(connection, {
    max: 2,
    name: 'postmand migrate',
    log,
    statementTimeoutMs: 0,
  });
  const boss = new PgBoss({ ...QUIET, db: onceOn(pool), migrate: true, bamIntervalSeconds: 10 });
  boss.on('error', (error) => log.warn('queue.error', { error }));
  try {
    await boss.start();
    await boss.createQueue(QUEUE, { ...QUEUE_SETTINGS, policy: 'exclusive', partition: true });
    await boss.updateQueue(QUEUE, QUEUE_SETTINGS);
    await indexesBuilt(boss);
  } finally {
    await boss.stop({ graceful: false }).catch(() => {});
    await pool.end();
  }
}

/** Runs each statement once: a pool may run one again, which is for those that change nothing. */
function onceOn(pool: Pool): BossDb {
  return {
    async executeSql(text, values) {
      const client = await pool.connect();
      const ignore = () => {};
      let broken: unknown;
      client.on('error', ignore);
      try {
        return await client.query(text, values);
      } catch (error) {
        broken = error;
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken instanceof Error ? broken : broken !== undefined);
      }
    },
  };
}

async function indexesBuilt(boss: PgBoss): Promise<void> {
  for (;;) {
    const unfinished = (await boss.getBamStatus()).filter(({ status }) => status !== 'completed');
    if (unfinished.length === 0) return;
    const failed = unfinished.find(({ status }) => status === 'failed');
    if (failed)
      throw new Error(
        `pg-boss could not build ${failed.count} of its indexes; run the command again`,
      );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
