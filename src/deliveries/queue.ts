import { PgBoss, type Db as BossDb } from 'pg-boss';
import type { Connection } from '../database/connection.ts';
import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import type { Log } from '../log.ts';

/**
 * A job that this process owns until it finishes it or stops keeping it alive. `owner` tells this claim from earlier and later
 * ones of the same job; `deaths` counts the owners of the delivery that vanished.
 */
export type Claim = { jobId: string; owner: number; deliveryId: string; webhookId: string; deaths: number };

/** `deaths` are those to be carried over from a claim handed back. */
export type NextJob = { deliveryId: string; webhookId: string; delaySeconds: number; deaths?: number };

/** The queue as those see it who put deliveries into it. */
export type DeliveryQueue = {
  /** Adds a job a delivery, due after its delay. A delivery that has a live job already keeps that one. */
  enqueue(tx: Tx, jobs: NextJob[]): Promise<void>;
  /** Wakes every worker when the transaction commits. Once a transaction: notifying ones commit one after the other. */
  wake(tx: Tx): Promise<void>;
  close(): Promise<void>;
};

/** The queue as a worker sees it. */
export type ClaimableQueue = DeliveryQueue & {
  /** Claims up to `limit` due jobs, the oldest first, of webhooks other than `ignore`. */
  claim(limit: number, ignore: string[]): Promise<Claim[]>;
  /** Ends claims that are still ours. @returns the job ids that were: anything else is somebody else's now. */
  finish(tx: Tx, claims: Claim[]): Promise<Set<string>>;
  /** Extends the lease of claims. @returns the job ids that are still ours. */
  keepAlive(claims: Claim[]): Promise<Set<string>>;
  /** @returns those of the deliveries that have no live job, waiting or claimed. */
  withoutJob(tx: Tx, deliveryIds: string[]): Promise<Set<string>>;
  /** Calls `onWake` when work was added, and after every time that notifications may have been missed. */
  listen(onWake: () => void): Promise<void>;
};

/** An owner that has not been heard of for this long has lost its claims. pg-boss allows no less than 10. */
export const LEASE_SECONDS = 20;

type JobData = { deliveryId: string; deaths?: number };

const QUEUE = 'deliveries';
const CHANNEL = 'postmand_deliveries';
const YEAR_SECONDS = 365 * 86_400;

/** One job a delivery, by a unique index on the key; pg-boss's own retries are for owners that died. */
const QUEUE_SETTINGS = {
  retryLimit: 1000,
  heartbeatSeconds: LEASE_SECONDS,
  // A send may take longer than the 15 minutes after which pg-boss would take its job away in spite of its heartbeat.
  expireInSeconds: 86_400,
  // Waiting jobs would be deleted after 14 days.
  retentionSeconds: YEAR_SECONDS,
  deleteAfterSeconds: 3600,
  // A backlog is what a queue is for.
  warningQueueSize: 2_000_000_000,
};

/**
 * A connection that went silent would hold a lease's extension for ever, and the end of the process too. Found out after 6 s, there
 * is time to extend it on another one.
 */
const IMPATIENT = { query_timeout: 6000, keepAlive: true };

const QUIET = { schedule: false, migrate: false, registerInstance: false, openTelemetry: { enabled: false } };

/**
 * The queue for a process that only adds to it; every statement runs in a caller's transaction.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openQueue(pool: Pool, log: Log): Promise<DeliveryQueue> {
  const boss = new PgBoss({ ...QUIET, supervise: false, db: executor(pool) });
  await start(boss, log);
  return producer(boss);
}

/**
 * The queue for a worker. pg-boss keeps up to `maxConnections` connections of its own for the leases and its upkeep, so that
 * they never wait behind anything else, and LISTEN takes one more where `listen` is called.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openClaimableQueue(pool: Pool, connection: Connection, maxConnections: number, log: Log): Promise<ClaimableQueue> {
  const upkeep = { supervise: true, superviseIntervalSeconds: 5, monitorIntervalSeconds: 5, maintenanceIntervalSeconds: 300 };
  const connections = { ...connection, ...IMPATIENT, max: maxConnections, application_name: 'postmand worker upkeep' };
  const boss = new PgBoss({ ...QUIET, ...upkeep, ...connections });
  await start(boss, log);
  let listening: { close(): Promise<void> } | undefined;

  return {
    ...producer(boss),
    async claim(limit, ignore) {
      const fetch = (tx: Tx) => boss.fetch<JobData>(QUEUE, { batchSize: limit, ignoreGroups: ignore, db: executor(tx) });
      // A claim that a crash of the database undoes is made again by somebody, and what its owner sends meanwhile is not recorded.
      const jobs = await inTransaction(pool, fetch, NOT_DURABLE);
      return jobs.map(({ id, data, groupId, retryCount }) => ({
        jobId: id,
        owner: retryCount,
        deliveryId: data.deliveryId,
        webhookId: groupId ?? '',
        deaths: (data.deaths ?? 0) + retryCount,
      }));
    },
    // pg-boss takes an empty list for a mistake.
    finish: async (tx, claims) =>
      claims.length === 0 ? new Set() : settledIds(await boss.deleteJob(QUEUE, claims.map(attemptOf), { db: executor(tx) })),
    keepAlive: async (claims) => (claims.length === 0 ? new Set() : settledIds(await boss.touch(QUEUE, claims.map(attemptOf)))),
    withoutJob,
    async listen(onWake) {
      listening = await boss.getDb().listen?.(CHANNEL, onWake, onWake);
    },
    async close() {
      await listening?.close();
      await boss.stop({ graceful: false });
    },
  };
}

/** The database has no queue, or one of another version of pg-boss. */
export class QueueNotReady extends Error {
  override name = 'QueueNotReady';
}

/** Installs or upgrades pg-boss and the queue, brings its settings up to date, and waits for index builds in the background. */
export async function installQueue(connection: Connection, log: Log): Promise<void> {
  const boss = new PgBoss({ ...QUIET, ...connection, max: 2, migrate: true, supervise: false, bamIntervalSeconds: 10 });
  boss.on('error', (error) => log.warn('queue.error', { error }));
  await boss.start();
  try {
    await boss.createQueue(QUEUE, { ...QUEUE_SETTINGS, policy: 'exclusive', partition: true });
    await boss.updateQueue(QUEUE, QUEUE_SETTINGS);
    await indexesBuilt(boss);
  } finally {
    await boss.stop({ graceful: false });
  }
}

async function indexesBuilt(boss: PgBoss): Promise<void> {
  for (;;) {
    const unfinished = (await boss.getBamStatus()).filter(({ status }) => status !== 'completed');
    if (unfinished.length === 0) return;
    const failed = unfinished.find(({ status }) => status === 'failed');
    if (failed) throw new Error(`pg-boss could not build ${failed.count} of its indexes; run the command again`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function start(boss: PgBoss, log: Log): Promise<void> {
  // Without a listener a lost connection would end the process.
  boss.on('error', (error) => log.warn('queue.error', { error }));
  boss.on('warning', ({ message, data }) => log.warn('queue.warning', { warning: message, data }));
  try {
    await boss.start();
  } catch (cause) {
    if (!(cause instanceof Error && /pg-boss (is not installed|database requires migrations)/.test(cause.message))) throw cause;
    throw new QueueNotReady('The queue in this database is missing or of another version.', { cause });
  }
}

function producer(boss: PgBoss): DeliveryQueue {
  return {
    async enqueue(tx, jobs) {
      const inserts = jobs.map(({ deliveryId, webhookId, delaySeconds, deaths }) => ({
        data: deaths ? { deliveryId, deaths } : { deliveryId },
        singletonKey: deliveryId,
        group: { id: webhookId },
        startAfter: delaySeconds,
      }));
      if (inserts.length > 0) await boss.insert(QUEUE, inserts, { db: executor(tx) });
    },
    wake: async (tx) => void (await tx.query(`select pg_notify($1, '')`, [CHANNEL])),
    close: () => boss.stop({ graceful: false }),
  };
}

/**
 * Asks pg-boss's table, as pg-boss has no call for it: condition and expression are those of its unique index of exclusive jobs.
 * The count keeps PostgreSQL from a join, for which it reads all jobs: 206 ms for 1,000 ids among 200,000 jobs, and 10 ms so.
 */
async function withoutJob(tx: Tx, deliveryIds: string[]): Promise<Set<string>> {
  if (deliveryIds.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `select wanted.id
     from unnest($1::text[]) as wanted (id)
     cross join lateral (
       select count(*) as live from pgboss.job
       where name = '${QUEUE}' and coalesce(singleton_key, '') = wanted.id and state <= 'active' and policy = 'exclusive'
     ) as jobs
     where jobs.live = 0`,
    [deliveryIds],
  );
  return new Set(rows.map(({ id }) => id));
}

const attemptOf = ({ jobId, owner }: Claim) => ({ id: jobId, retryCount: owner });

/** pg-boss reports which of the jobs it touched, though its types do not say so. */
function settledIds(response: object): Set<string> {
  const { settled } = response as { settled?: string[] };
  if (settled === undefined) throw new Error('pg-boss did not say which jobs it settled');
  return new Set(settled);
}

function executor(db: Queryable): BossDb {
  return { executeSql: (text, values) => db.query(text, values) };
}
