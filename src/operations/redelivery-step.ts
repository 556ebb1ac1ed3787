import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { BEFORE_ALL, type CreatedPlace } from '../deliveries/created-place.ts';
import { makePending } from '../deliveries/redelivering/make-pending.ts';
import type { StepParts } from './kind.ts';
import { MOST_COUNTED, type Begun, type Step } from './operation.ts';
import { aboutMatching, type RedeliveryFilter } from './redelivery-filter.ts';

/** Of ids all count: those of which there is nothing to send again are skipped. */
export async function countMatching(db: Queryable, operation: Begun): Promise<number> {
  const filter = operation.filter as RedeliveryFilter;
  if (filter.ids) return new Set(filter.ids).size;
  const { rows } = await db.query<{ matching: number }>(
    ...aboutMatching(
      `select count(*)::integer as matching
       from (select 1 from ($LOOKED) as looked where $BELONGS) as one`,
      { filter, snapshot: snapshotOf(operation), look: MOST_COUNTED },
    ),
  );
  return rows[0]?.matching ?? 0;
}

const snapshotOf = ({ id, started_at }: Begun) => ({ operationId: id, startedAt: started_at });

/**
 * Makes up to `size` of them pending again, the oldest first. Who takes in the outbox is told once.
 */
export async function redeliverSome(
  { tx, queue }: StepParts,
  operation: Begun,
  size: number,
): Promise<Step> {
  const { ids, ...rest } = operation.filter['ids']
    ? await nextOfIds(tx, operation, size)
    : await nextBehind(tx, operation, size);
  const made = ids.length === 0 ? [] : await makePending(tx, ids, operation.id);
  if (made.length > 0) queue.wakeForOutbox(tx);
  const { skipped, ...next } = rest;
  return { ...next, done: made.length, skipped: skipped + ids.length - made.length };
}

type Found = Omit<Step, 'done'> & { ids: string[] };

/** The ids of a request are few: its place is how many were looked at. */
async function nextOfIds(tx: Tx, operation: Begun, size: number): Promise<Found> {
  const filter = operation.filter as RedeliveryFilter;
  const all = [...new Set(filter.ids)].toSorted();
  const from = (operation.place as { index: number } | null)?.index ?? 0;
  const some = all.slice(from, from + size);
  const search = {
    filter: { ...filter, ids: some },
    snapshot: snapshotOf(operation),
    look: some.length,
  };
  const { rows } = await tx.query<{ id: string }>(
    ...aboutMatching(
      'select id from ($LOOKED) as looked where $BELONGS order by created_at, id',
      search,
    ),
  );
  return {
    ids: rows.map(({ id }) => id),
    skipped: some.length - rows.length,
    place: { index: from + some.length },
    isLast: from + some.length >= all.length,
  };
}

/** Deliveries that a step looks at, at most: 3 to 6 ms where few of them match. */
const LOOK = 5000;

/**
 * With a plan for its values PostgreSQL 18 read the deliveries of all webhooks to find those of
 * one, where they were a quarter of a million: it takes them to be spread evenly. The plan for any
 * values goes by the index that begins with the webhook.
 */
const KEPT_PLAN = `set local plan_cache_mode = force_generic_plan`;

/**
 * Those behind its place. PostgreSQL stops looking as soon as it has found `size` of them; where it
 * has looked at as many as a step may without finding so many, the next step goes on from there.
 * One statement tells both: between two of them a delivery may be removed, and those behind the
 * first look would be passed over that have moved up.
 */
async function nextBehind(tx: Tx, operation: Begun, size: number): Promise<Found> {
  const after = (operation.place as CreatedPlace | null) ?? BEFORE_ALL;
  const search = {
    filter: operation.filter as RedeliveryFilter,
    snapshot: snapshotOf(operation),
    after,
    look: LOOK,
  };
  tx.later(KEPT_PLAN, []);
  const { rows } = await tx.query<CreatedPlace & { belongs: boolean }>(
    ...aboutMatching(NEXT_BEHIND, search, { size }),
  );
  const found = rows.filter(({ belongs }) => belongs);
  const last = found.length === size ? found.at(-1) : rows.find(({ belongs }) => !belongs);
  const place = last && { id: last.id, created_at: last.created_at };
  const ids = found.map(({ id }) => id);
  return { ids, skipped: 0, place: place ?? after, isLast: place === undefined };
}

/** The row that does not belong is the last one that was looked at, where there may be more. */
const NEXT_BEHIND = `
  with found as materialized (
    select id, created_at from ($LOOKED) as looked where $BELONGS
    order by created_at, id limit $size
  )
  (select id, created_at, true as belongs from found order by created_at, id)
  union all
  (select id, created_at, false from ($LOOKED) as looked
   where (select count(*) from found) < $size
   order by created_at, id offset ${LOOK - 1} limit 1)`;
