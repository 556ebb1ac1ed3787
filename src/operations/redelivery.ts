import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { makePending } from '../deliveries/redelivering/make-pending.ts';
import { hasWebhook } from '../webhooks/webhook-store.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import type { StepParts } from './kind.ts';
import { findConflict, insertOperation } from './operation-store.ts';
import {
  MOST_COUNTED,
  OperationUnderWay,
  type Begun,
  type Operation,
  type Step,
} from './operation.ts';
import {
  aboutMatching,
  BEFORE_ALL,
  NO_SNAPSHOT,
  type After,
  type RedeliveryFilter,
} from './redelivery-filter.ts';

/**
 * Has deliveries that have ended sent again, at most `ratePerSecond` of them a second.
 * @throws WebhookNotFound
 * @throws OperationUnderWay where another redelivery may touch the same webhooks
 */
export function createRedelivery(
  pool: Pool,
  filter: RedeliveryFilter,
  ratePerSecond: number,
): Promise<Operation> {
  return inTransaction(pool, async (tx) => {
    await checkWebhook(tx, filter);
    const webhookIds = await webhooksOf(tx, filter);
    const other = await findConflict(tx, 'redelivery', webhookIds);
    if (other !== undefined) throw new OperationUnderWay(other);
    return insertOperation(tx, {
      kind: 'redelivery',
      filter: { ...statusOf(filter), ...filter },
      webhookIds,
      ratePerSecond,
    });
  });
}

/** What is meant where nothing is said: failed ones, or of those with these ids all. */
function statusOf({ ids }: RedeliveryFilter): RedeliveryFilter {
  return ids === undefined ? { status: 'failed' } : {};
}

async function checkWebhook(db: Queryable, { webhook_id: id }: RedeliveryFilter): Promise<void> {
  if (id !== undefined && !(await hasWebhook(db, id))) throw new WebhookNotFound();
}

async function webhooksOf(
  tx: Tx,
  { webhook_id: id, ids }: RedeliveryFilter,
): Promise<string[] | null> {
  if (id !== undefined) return [id];
  if (ids === undefined) return null;
  const { rows } = await tx.query<{ id: string }>(
    'select distinct webhook_id as id from deliveries where id = any ($1::uuid[])',
    [ids],
  );
  return rows.map((row) => row.id);
}

/** What a redelivery would find. Times and webhooks are of those that were counted. */
export type RedeliveryCount = {
  matching: number;
  /** Counting has stopped: there may be more. */
  at_least: boolean;
  oldest: string | null;
  newest: string | null;
  /** The 20 with most. */
  by_webhook: { webhook_id: string; matching: number }[];
};

/**
 * Counts what a redelivery that begins now would send again. It looks at a million deliveries at
 * most, from the oldest on, whatever the size of the table: 2.5 s on a busy machine.
 * @throws WebhookNotFound
 */
export async function countRedelivery(
  db: Queryable,
  filter: RedeliveryFilter,
): Promise<RedeliveryCount> {
  await checkWebhook(db, filter);
  const { rows } = await db.query<RedeliveryCount>(
    ...aboutMatching(
      `with looked as ($LOOKED),
         of_webhook as (
           select webhook_id, count(*) as looked_at, count(*) filter (where belongs) as matching,
             min(created_at) filter (where belongs) as oldest,
             max(created_at) filter (where belongs) as newest
           from (select webhook_id, created_at, ($BELONGS) as belongs from looked) as one
           group by webhook_id
         )
       select least(coalesce(sum(matching), 0), $most)::integer as matching,
         coalesce(sum(looked_at) > $most, false) as at_least,
         min(oldest) as oldest, max(newest) as newest,
         coalesce((
           select json_agg(json_build_object('webhook_id', webhook_id, 'matching', matching)
             order by matching desc, webhook_id)
           from (select webhook_id, matching from of_webhook where matching > 0
             order by matching desc, webhook_id limit 20) as largest
         ), '[]') as by_webhook
       from of_webhook`,
      { filter, snapshot: NO_SNAPSHOT, look: MOST_COUNTED + 1 },
      { most: MOST_COUNTED },
    ),
  );
  return rows[0] as RedeliveryCount;
}

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
  const after = (operation.place as After | null) ?? BEFORE_ALL;
  const search = {
    filter: operation.filter as RedeliveryFilter,
    snapshot: snapshotOf(operation),
    after,
    look: LOOK,
  };
  tx.later(KEPT_PLAN, []);
  const { rows } = await tx.query<After & { belongs: boolean }>(
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
