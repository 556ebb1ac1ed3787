import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { holdAsBacklog } from '../deliveries/hold.ts';
import { findOverdue, lockPending, type Overdue, type OverdueKey } from '../deliveries/pending.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import { flagOverWindow } from '../webhooks/wake.ts';

/**
 * A pending delivery this much past its time is either waiting in a backlog or has lost its job.
 */
const OVERDUE_SECONDS = 30;
const STEP = 1000;
const START: OverdueKey = { scheduledAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/** All workers of a database use this lock. The one that holds it does the rescue. */
const RESCUE_LOCK = 7_036_873_083;

type RescueParts = { pool: Pool; queue: ClaimableQueue; liveJobs: number };

/**
 * Gives every overdue delivery that has lost its job a new one, up to `liveJobs` a webhook; more
 * are its backlog. Tests always get one. Does nothing where another worker is doing that.
 */
export async function rescueOverdue({ pool, queue, liveJobs }: RescueParts): Promise<void> {
  let left: Left | undefined = { after: START, window: new Window(liveJobs) };
  while (left !== undefined) {
    const from: Left = left;
    left = await inTransaction(pool, (tx) => rescueStretch(tx, queue, from));
  }
}

/** Where to go on, and what was given out before. */
type Left = { after: OverdueKey; window: Window };

/** How many jobs each webhook was given. */
class Window {
  readonly #most: number;
  readonly #given: Map<string, number>;

  constructor(most: number, given: Iterable<[string, number]> = []) {
    this.#most = most;
    this.#given = new Map(given);
  }

  copy(): Window {
    return new Window(this.#most, this.#given);
  }

  /** Takes a place. False: there is none. */
  take(webhookId: string): boolean {
    const given = this.#given.get(webhookId) ?? 0;
    if (given < this.#most) this.#given.set(webhookId, given + 1);
    return given < this.#most;
  }
}

/**
 * Looks through what is overdue after `after` until it has given out jobs, which are committed
 * before the rest is looked at. The lock ends with the transaction, so neither a pooler nor a
 * worker that died keeps it.
 * @returns where to go on; undefined: that was all, or another worker is doing it.
 */
async function rescueStretch(tx: Tx, queue: ClaimableQueue, from: Left): Promise<Left | undefined> {
  if (!(await tryLock(tx))) return undefined;
  // What is run again gives out the same places.
  const window = from.window.copy();
  let last = from.after;
  for (;;) {
    const overdue = await findOverdue(tx, {
      overdueSeconds: OVERDUE_SECONDS,
      after: last,
      limit: STEP,
    });
    const lost = await queue.withoutJob(
      tx,
      overdue.map(({ id }) => id),
    );
    await rescue(
      tx,
      queue,
      Object.groupBy(
        overdue.filter(({ id }) => lost.has(id)),
        ({ webhookId, test }) => (test || window.take(webhookId) ? 'placed' : 'backlog'),
      ),
    );
    const end = overdue.at(-1);
    if (end === undefined || overdue.length < STEP) return undefined;
    last = end;
    if (lost.size > 0) return { after: last, window };
  }
}

/**
 * Each may have been held since it was looked at, or have got a job: it is locked and asked again.
 * Nobody holds it or gives it a job while its row is ours.
 */
async function rescue(
  tx: Tx,
  queue: ClaimableQueue,
  { placed = [], backlog = [] }: { placed?: Overdue[]; backlog?: Overdue[] },
): Promise<void> {
  if (placed.length + backlog.length === 0) return;
  // The state of a webhook is locked before its deliveries, as everywhere.
  await flagOverWindow(tx, [...new Set(backlog.map(({ webhookId }) => webhookId))]);
  const ids = [...placed, ...backlog].map(({ id }) => id);
  const lost = await queue.withoutJob(tx, await lockPending(tx, ids));
  const jobs = placed
    .filter(({ id }) => lost.has(id))
    .map(({ id, webhookId, test }) => ({ deliveryId: id, webhookId, test, delaySeconds: 0 }));
  await queue.enqueue(tx, jobs);
  if (jobs.length > 0) queue.wake(tx);
  await holdAsBacklog(
    tx,
    backlog.flatMap(({ id }) => (lost.has(id) ? [id] : [])),
  );
}

async function tryLock(tx: Tx): Promise<boolean> {
  const sql = 'select pg_try_advisory_xact_lock($1) as locked';
  return (await tx.query<{ locked: boolean }>(sql, [RESCUE_LOCK])).rows[0]?.locked ?? false;
}
