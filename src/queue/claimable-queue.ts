import type { Connection } from '../database/connection.ts';
import { Notifications } from '../database/notifications.ts';
import { createPool, type Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import { atMost } from '../process/at-most.ts';
import type { Log } from '../telemetry/log.ts';
import { QueueNotReady } from './boss.ts';
import { claimJobs, findJobTable, type DamagedJob } from './claim.ts';
import { openQueue } from './delivery-queue.ts';
import { endSilent, findFutureHeartbeats, FutureHeartbeats, WITHOUT_SORT } from './heartbeat.ts';
import { withoutJob } from './missing-job.ts';
import { CHANNEL } from './names.ts';
import { endClaims, extendClaims, failClaims, returnClaims } from './ownership.ts';
import type { ClaimableQueue, DeliveryQueue } from './queue.ts';

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

/** `log` tells what goes wrong beside the calls. */
export type QueueParts = { pool: Pool; connection: Connection; log: Log };

/**
 * The queue for a worker. It keeps up to `maxConnections` connections of its own for the leases, so
 * that they never wait behind anything else, and LISTEN takes one more where `listen` is called.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openClaimableQueue(
  parts: QueueParts,
  maxConnections: number,
): Promise<ClaimableQueue> {
  const { pool, log } = parts;
  const adding = await openQueue(pool, log);
  const table = await findJobTable(pool);
  if (table === undefined) throw new QueueNotReady('The queue in this database is missing.');
  const upkeep = upkeepPool(parts, maxConnections);
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
      await returnClaims(tx, table, { claims, delaySeconds });
      await adding.wake(tx);
    },
    withoutJob,
    endLost: () => endLost({ pool: upkeep, table, wake: adding.wake }, future),
    async listen(onWake) {
      notifications = new Notifications(sessionOf(parts), onWake);
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

function upkeepPool({ pool: { server }, connection, log }: QueueParts, max: number): Pool {
  const statementTimeoutMs = UPKEEP_TIMEOUT_MS;
  const name = 'postmand worker upkeep';
  return createPool(connection, { max, name, log, statementTimeoutMs, server });
}

function sessionOf({ pool: { server }, connection, log }: QueueParts) {
  return { connection, channel: CHANNEL, name: 'postmand worker listen', server, log };
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
