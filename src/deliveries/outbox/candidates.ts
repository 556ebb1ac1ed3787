import type { Queryable } from '../../database/pool.ts';
import { hot } from '../../database/statement-names.ts';
import type { Tx } from '../../database/transaction.ts';
import type { OrderingKey } from '../order/ordering-key.ts';

/**
 * What was committed to the outbox and waits there. `place`: in this order it is taken in.
 * `redelivered`: with many others, behind which nothing new is to wait.
 */
export type Candidate = {
  id: string;
  webhookId: string;
  key: string | null;
  place: number;
  redelivered: boolean;
};

/** All who take in use this lock: one at a time does. */
export const OUTBOX_LOCK = 7_036_873_085;

/**
 * `lastPlace`: none was given above it when that was read; null where none was ever given. What
 * was committed with a place up to it was seen.
 */
export type Look = { waits: boolean; lastPlace: number | null };

/**
 * Whether anything waits behind `after`: one probe of an index. It passes the index entries of what
 * was taken in from there and not yet cleaned up.
 */
export async function lookAtOutbox(db: Queryable, after: number): Promise<Look> {
  const { rows } = await db.query<Look>(
    hot(
      `select exists (
         select from deliveries where outbox_place > $1::bigint order by outbox_place limit 1
       ) as waits,
       (select last_value::float8 from outbox_places where is_called) as "lastPlace"`,
      [after],
    ),
  );
  return rows[0] as Look;
}

/** What is left where it is: it could not be taken in. */
export type PutAside = { ids: string[]; keys: OrderingKey[] };

export type Search = { after: number; limit: number; aside: PutAside };

/**
 * The first `limit` that wait behind `after`, in the order of their places; none where somebody
 * else is taking in. Their rows are not locked: their keys are to be locked first.
 */
export async function findCandidates(
  tx: Tx,
  { after, limit, aside }: Search,
): Promise<Candidate[]> {
  const { rows } = await tx.query<Candidate>(
    `select d.id, d.webhook_id as "webhookId", d.ordering_key as key,
       d.outbox_place::float8 as place, d.redelivery_id is not null as redelivered
     from deliveries d
     where (select pg_try_advisory_xact_lock(${OUTBOX_LOCK})) and d.outbox_place > $1::bigint
       and d.id <> all ($3::uuid[])
       and (d.ordering_key is null
         or (d.webhook_id::text || ' ' || d.ordering_key) <> all ($4::text[]))
     order by d.outbox_place limit $2`,
    [after, limit, ...columnsAside(aside)],
  );
  return rows;
}

/** Two parameters of a statement: ids, and keys behind their webhooks. */
export function columnsAside({ ids, keys }: PutAside): [ids: string[], keys: string[]] {
  return [ids, keys.map(({ webhookId, key }) => `${webhookId} ${key}`)];
}

/** The keys of candidates, each with the last place that one of them has. */
export function keysOf(candidates: Candidate[]): (OrderingKey & { last: number })[] {
  const keys = new Map<string, OrderingKey & { last: number }>();
  for (const { webhookId, key, place } of candidates)
    if (key !== null) keys.set(`${webhookId} ${key}`, { webhookId, key, last: place });
  return [...keys.values()];
}
