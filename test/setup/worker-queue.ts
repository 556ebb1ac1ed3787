import type { ClaimRequest, TestsRequest } from '../../src/queue/claim-statement.ts';
import { inTransaction, type Tx } from '../../src/database/transaction.ts';
import { openClaimableQueue } from '../../src/queue/claimable-queue.ts';
import type { Claim } from '../../src/queue/claim.ts';
import type { ClaimableQueue } from '../../src/queue/claimable-queue.ts';
import type { Log } from '../../src/telemetry/log.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { lastFirst, type Cleanup } from './last-first.ts';
import { silentLog } from './parts.ts';

export type WorkerQueue = TestDatabase & {
  queue: ClaimableQueue;
  log: Log;
  /** The queue as another worker opens it. */
  another(): Promise<ClaimableQueue>;
  commit<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Adds a job and claims it. */
  claimOf(webhookId: string, deliveryId: string): Promise<Claim>;
};

/** Claims the oldest, as a worker does that has room for `limit`. */
export async function claimed(
  queue: ClaimableQueue,
  limit: number,
  ignore: string[] = [],
): Promise<Claim[]> {
  return (await queue.claim(asking({ limit, ignore, from: 'oldest' }))).claims;
}

/** What to claim, as many of each webhook as of all. */
export function asking({
  limit,
  ignore,
  from,
}: {
  limit: number;
  ignore: string[];
  from: ClaimRequest['from'];
}): ClaimRequest {
  return {
    limit,
    from,
    rooms: new Map(),
    leftOut: ignore,
    onlyNew: [],
    otherwise: limit,
  };
}

/** What to claim of tests, three of each webhook. */
export function testsOf(limit: number): TestsRequest {
  return { limit, rooms: new Map(), leftOut: [], otherwise: 3 };
}

/** A fresh database, with the queue as a worker opens it. */
export async function freshWorkerQueue(t: Cleanup): Promise<WorkerQueue> {
  const database = await freshDatabase(t);
  const queue = await openQueueOf(t, database);
  const commit = <Result>(work: (tx: Tx) => Promise<Result>) => inTransaction(database.pool, work);
  async function claimOf(webhookId: string, deliveryId: string): Promise<Claim> {
    await commit((tx) => queue.enqueue(tx, [{ deliveryId, webhookId, delaySeconds: 0 }]));
    const claim = (await claimed(queue, 100)).find((one) => one.deliveryId === deliveryId);
    if (claim === undefined) throw new Error(`no job of ${deliveryId} could be claimed`);
    return claim;
  }
  return {
    ...database,
    queue,
    log: silentLog,
    another: () => openQueueOf(t, database),
    commit,
    claimOf,
  };
}

async function openQueueOf(
  t: Cleanup,
  { pool, connection }: TestDatabase,
): Promise<ClaimableQueue> {
  const queue = await openClaimableQueue(
    { pool, connection, log: silentLog },
    { leases: 2, claims: 1 },
  );
  lastFirst(t).after(() => queue.close());
  return queue;
}
