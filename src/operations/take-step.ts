import { NO_ALARMS, type Alarms } from '../alarms/alarms.ts';
import { sqlStateOf } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import type { FailedDelivery } from '../deliveries/fail.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import { KINDS } from './kinds.ts';
import { SHOWN } from './operation-store.ts';
import { afterStep, type Begun, type Operation, type Standing } from './operation.ts';
import { raiseFinished } from './raise-finished.ts';

type StepParts = { pool: Pool; queue: DeliveryQueue; alarms?: Alarms };

/**
 * Begins an operation, or goes on with its beginning where a worker died in it: what belongs to it
 * is what there is now, and is counted. No lock is held meanwhile, so it can be cancelled.
 * @returns undefined where it has ended, or another worker has begun it.
 */
export async function beginOperation(pool: Pool, id: string): Promise<Begun | undefined> {
  const begun = await inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<Begun>(
      `update operations set state = 'running', started_at = coalesce(started_at, now())
       where id = $1 and finished_at is null and matched is null
       returning ${SHOWN}, place`,
      [id],
    );
    return rows[0];
  });
  if (begun === undefined) return undefined;
  const matched = await count(pool, begun);
  return inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<Begun>(
      `update operations set matched = $2, stepped_at = now()
       where id = $1 and finished_at is null and matched is null
       returning ${SHOWN}, place`,
      [id, matched],
    );
    return rows[0];
  });
}

/** Where counting takes longer than a statement may, it is counted as it is done. */
async function count(pool: Pool, operation: Begun): Promise<number> {
  try {
    return await KINDS[operation.kind].count(pool, operation);
  } catch (error) {
    if (sqlStateOf(error) === '57014') return 0;
    throw error;
  }
}

/** A row that is locked keeps a step waiting for this long: then nothing of it is done. */
const BEGIN = `begin; set local lock_timeout = '1s'`;

/** `waitMs`: the next step has something to do then, as far as the rate is concerned. */
export type Stepped = {
  operation: Begun & Standing;
  waitMs: number;
  failed?: FailedDelivery[] | undefined;
};

/**
 * One step of an operation that was begun: up to `most` deliveries, as many as its rate allows.
 * They change and its row says so in the same commit.
 * @returns undefined where it has ended, or another worker is at it.
 */
export async function takeStep(
  { pool, queue, alarms = NO_ALARMS }: StepParts,
  id: string,
  most: number,
): Promise<Stepped | undefined> {
  return inTransaction(
    pool,
    async (tx) => {
      const locked = await lock(tx, id);
      if (locked === undefined) return undefined;
      const { operation, credit } = locked;
      const size = Math.min(most, Math.floor(credit));
      const { rate_per_second: rate, matched } = operation;
      const asIs = { ...operation, matched: matched ?? 0, state: 'running' as const };
      if (size < 1) return { operation: asIs, waitMs: pauseMs(rate, credit) };
      const step = await KINDS[operation.kind].step({ tx, queue }, operation, size);
      const standing = afterStep(operation, step);
      const left = rate === null ? 0 : credit - step.done;
      await note(tx, { id, place: step.place, credit: left, ...standing });
      if (step.isLast) await raiseFinished(tx, alarms, { ...operation, ...standing });
      // What was looked at without effect costs nothing of the rate.
      const waitMs = step.done < size ? 0 : pauseMs(rate, left);
      return { operation: { ...operation, ...standing }, waitMs, failed: step.failed };
    },
    BEGIN,
  );
}

/** Steps of an operation with a rate are this far apart at least. */
const STEP_MS = 200;

/** How long it takes until its credit is worth a step. */
function pauseMs(rate: number | null, credit: number): number {
  return rate === null ? 0 : Math.max(STEP_MS, ((1 - credit) / rate) * 1000);
}

type Locked = { operation: Begun; credit: number };

/**
 * Its credit is what its rate allows to be done now. After a pause that is no more than what it
 * allows in a second. The same after a clock was set back: its steps do not wait until the clock
 * has caught up.
 */
async function lock(tx: Tx, id: string): Promise<Locked | undefined> {
  const { rows } = await tx.query<Begun & { allowed: number }>(
    `select ${SHOWN}, place,
       case when rate_per_second is null then 'infinity' else least(rate_per_second,
         credit + rate_per_second
           * abs(extract(epoch from now() - stepped_at)::float8)) end as allowed
     from operations
     where id = $1 and finished_at is null and matched is not null
     for update skip locked`,
    [id],
  );
  if (rows[0] === undefined) return undefined;
  const { allowed, ...operation } = rows[0];
  return { operation, credit: allowed };
}

type Noted = Standing & { id: string; place: Operation['filter'] | null; credit: number };

async function note(tx: Tx, { id, place, credit, ...standing }: Noted): Promise<void> {
  const { state, matched, done, skipped } = standing;
  tx.later(
    `update operations
     set state = $2, matched = $3, done = $4, skipped = $5, place = $6, credit = $7,
       stepped_at = now(), finished_at = case when $2 = 'done' then now() end
     where id = $1`,
    [id, state, matched, done, skipped, JSON.stringify(place), credit],
  );
}
