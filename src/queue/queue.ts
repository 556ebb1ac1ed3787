import { PgBoss, type Db as BossDb } from 'pg-boss';
import { atMost } from '../process/at-most.ts';
import type { Connection } from '../database/connection.ts';
import { Notifications } from '../database/notifications.ts';
import { createPool, type Pool, type Queryable } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import {
  claimJobs,
  findJobTable,
  type Claim,
  type Claimed,
  type ClaimRequest,
  type DamagedJob,
} from './claim.ts';
import {
  endSilent,
  findFutureHeartbeats,
  FutureHeartbeats,
  LEASE_SECONDS,
  WITHOUT_SORT,
} from './heartbeat.ts';
import { withoutJob } from './missing-job.ts';
import { endClaims, extendClaims, failClaims, returnClaims } from './ownership.ts';

export type { Claim } from './claim.ts';

/** `crashes` and `doubt` are carried over from the claim before. */
export type NextJob = {
  deliveryId: string;
  webhookId: string;
  delaySeconds: number;
  crashes?: number;
  doubt?: string;
};

/** The queue as those see it who put deliveries into it. */
export type DeliveryQueue = {
  /**
   * Adds a job a delivery, due after its delay. A delivery that has a live job already keeps that
   * one.
   */
  enqueue(tx: Tx, jobs: NextJob[]): Promise<void>;
  /**
   * Wakes every worker when the transaction commits. Once a transaction: notifying ones commit one
   * after the other.
   */
  wake(tx: Tx): Promise<void>;
  close(): Promise<void>;
};

/** The queue as a worker sees it. */
export type ClaimableQueue = DeliveryQueue & {
  /**
   * Claims due jobs. A row that cannot be read is set aside and logged. `more`: there may be more
   * that this request would have taken.
   */
  claim(request: ClaimRequest): Promise<Omit<Claimed, 'damaged'>>;
  /** Ends claims that are still ours. @returns those that were. */
  finish(tx: Tx, claims: Claim[]): Promise<Set<Claim>>;
  /** Extends the lease of claims. @returns those that are still ours. */
  keepAlive(claims: Claim[]): Promise<Set<Claim>>;
  /**
   * Returns claims unspent, in place: same age, same count, due again after `delaySeconds` (0:
   * at once). Those no longer ours are left alone. Wakes every worker.
   */
  return(tx: Tx, claims: Claim[], delaySeconds?: number): Promise<void>;
  /** Ends the leases of owners that were not heard of for LEASE_SECONDS. @returns how many. */
  endLost(): Promise<number>;
  /** @returns those of the deliveries that have no live job, waiting or claimed. */
  withoutJob(tx: Tx, deliveryIds: string[]): Promise<Set<string>>;
  /**
   * Calls `onWake` when work was added, and after every time that notifications may have been
   * missed. @throws what keeps it from listening now; it is tried again until `close`
   */
  listen(onWake: () => void): Promise<void>;
};

const QUEUE = 'deliveries';
const CHANNEL = 'postmand_deliveries';
const YEAR_SECONDS = 365 * 86_400;

/**
 * One job a delivery, by a unique index on the key; pg-boss's own retries are for owners that died.
 */
const QUEUE_SETTINGS = {
  retryLimit: 1000,
  heartbeatSeconds: LEASE_SECONDS,
  // A send may take longer than the 15 minutes after which pg-boss would take its job away in spite
  // of its heartbeat.
  expireInSeconds: 86_400,
  // Waiting jobs would be deleted after 14 days.
  retentionSeconds: YEAR_SECONDS,
  deleteAfterSeconds: 3600,
  // A backlog is what a queue is for.
  warningQueueSize: 2_000_000_000,
};

/** A schema of our own: one named `pgboss`, which is pg-boss's default, may be an application's. */
const SCHEMA = 'postmand_queue';

const QUIET = {
  schema: SCHEMA,
  supervise: false,
  schedule: false,
  migrate: false,
  registerInstance: false,
  openTelemetry: { enabled: false },
};

/**
 * The connections for leases give up an answer 5 s after the server's time-out. One that went
 * silent would hold an extension for ever, and the end of the process too; found out after 6 s,
 * there is time to extend the lease on another one.
 */
const UPKEEP_TIMEOUT_MS = 1000;

/**
 * A server that is slow, but there, may take the rest of that time: an extension that comes late is
 * better than none.
 */
const UPKEEP = `${NOT_DURABLE}; set local statement_timeout = 5000`;

/**
 * The queue for a process that only adds to it; every statement runs in a caller's transaction.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openQueue(pool: Pool, log: Log): Promise<DeliveryQueue> {
  return producer(await startBoss(pool, log));
}

/**
 * The queue for a worker. It keeps up to `maxConnections` connections of its own for the leases, so
 * that they never wait behind anything else, and LISTEN takes one more where `listen` is called.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openClaimableQueue(
  { pool, connection, log }: { pool: Pool; connection: Connection; log: Log },
  maxConnections: number,
): Promise<ClaimableQueue> {
  const boss = await startBoss(pool, log);
  const table = await findJobTable(pool);
  if (table === undefined) throw new QueueNotReady('The queue in this database is missing.');
  const adding = producer(boss);
  const upkeep = createPool(connection, {
    max: maxConnections,
    name: 'postmand worker upkeep',
    log,
    statementTimeoutMs: UPKEEP_TIMEOUT_MS,
    server: pool.server,
  });
  const future = new FutureHeartbeats();
  let notifications: Notifications | undefined;

  return {
    ...adding,
    async claim(request) {
      const { damaged, ...claimed } = await claimJobs(pool, table, request);
      if (damaged.length > 0) await setDamagedAside({ pool, table, log }, damaged);
      return claimed;
    },
    finish: (tx, claims) => endClaims(tx, table, claims),
    keepAlive: (claims) => inTransaction(upkeep, (tx) => extendClaims(tx, table, claims), UPKEEP),
    async return(tx, claims, delaySeconds = 0) {
      await returnClaims(tx, table, claims, delaySeconds);
      await adding.wake(tx);
    },
    withoutJob,
    endLost: () => endLost({ pool: upkeep, table, wake: adding.wake }, future),
    async listen(onWake) {
      const session = { connection, channel: CHANNEL, name: 'postmand worker listen' };
      notifications = new Notifications({ ...session, server: pool.server, log }, onWake);
      await notifications.start();
    },
    async close() {
      await notifications?.close();
      await adding.close();
      // A connection that went silent never closes.
      await atMost(1000, upkeep.end());
    },
  };
}

type LeaseParts = { pool: Pool; table: string; wake: DeliveryQueue['wake'] };

async function endLost(
  { pool, table, wake }: LeaseParts,
  future: FutureHeartbeats,
): Promise<number> {
  const pass = async (tx: Tx) => {
    const ended = await endSilent(tx, table, future.overdue());
    if (ended > 0) await wake(tx);
    return { ended, seen: await findFutureHeartbeats(tx, table) };
  };
  const { ended, seen } = await inTransaction(pool, pass, `${UPKEEP}; ${WITHOUT_SORT}`);
  future.note(seen);
  return ended;
}

/**
 * In a transaction of its own, and once: where it fails, the lease of these rows runs out and the
 * next claim tries again.
 */
async function setDamagedAside(
  { pool, table, log }: { pool: Pool; table: string; log: Log },
  damaged: DamagedJob[],
): Promise<void> {
  try {
    await inTransaction(pool, (tx) => failClaims(tx, table, damaged));
    for (const { jobId, key } of damaged) log.warn('queue.row_set_aside', { job_id: jobId, key });
  } catch (error) {
    log.warn('queue.error', { error });
  }
}

/** The database has no queue, or one of another version of pg-boss. */
export class QueueNotReady extends Error {
  override name = 'QueueNotReady';
}

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

/** Its statements of its own, at the start and to read its settings now and then, run on `pool`. */
async function startBoss(pool: Pool, log: Log): Promise<PgBoss> {
  const boss = new PgBoss({ ...QUIET, db: executor(pool) });
  boss.on('error', (error) => log.warn('queue.error', { error }));
  boss.on('warning', ({ message, data }) => log.warn('queue.warning', { warning: message, data }));
  try {
    await boss.start();
    return boss;
  } catch (cause) {
    if (
      !(
        cause instanceof Error &&
        /pg-boss (is not installed|database requires migrations)/.test(cause.message)
      )
    )
      throw cause;
    throw new QueueNotReady('The queue in this database is missing or of another version.', {
      cause,
    });
  }
}

function producer(boss: PgBoss): DeliveryQueue {
  return {
    async enqueue(tx, jobs) {
      const inserts = jobs.map(({ deliveryId, webhookId, delaySeconds, crashes, doubt }) => ({
        // Version 2.1 reads the number of crashes under this name.
        data: {
          deliveryId,
          ...(crashes ? { deaths: crashes } : {}),
          ...(doubt === undefined ? {} : { doubt }),
        },
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

function executor(db: Queryable): BossDb {
  return { executeSql: (text, values) => db.query(text, values) };
}
