import type { Queryable } from '../../database/pool.ts';
import { hot } from '../../database/statement-names.ts';
import type { Tx } from '../../database/transaction.ts';
import type { OrderingKey } from '../order/ordering-key.ts';

/**
 * Where something waits in the outbox. What comes first has the lower `place`. The deliveries of an
 * event with an ordering key have all the same, so that those made later are not overtaken: these
 * go by their ids.
 */
export type Position = { place: number; id: string };

/**
 * What was committed to the outbox and waits there, in the order of its positions. `redelivered`:
 * with many others, behind which nothing new is to wait.
 */
export type Candidate = Position & {
  webhookId: string;
  key: string | null;
  redelivered: boolean;
};

/** The last position of a place. */
export function behind(place: number): Position {
  return { place, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
}

/** All who take in use this lock: one at a time does. */
export const OUTBOX_LOCK = 7_036_873_085;

/**
 * `waits`: deliveries do. `emitted`: events do, whose webhooks are yet to be chosen. `lastPlace`:
 * none was given above it when that was read; null where none was ever given. What was committed
 * with a place up to it was seen.
 */
export type Look = { waits: boolean; emitted: boolean; lastPlace: number | null };

/**
 * Whether anything waits behind the place `after`: a probe each of two indexes. They pass the index
 * entries of what was taken in from there and not yet cleaned up.
 */
export async function lookAtOutbox(db: Queryable, after: number): Promise<Look> {
  const { rows } = await db.query<Look>(
    hot(
      `select exists (
         select from deliveries where outbox_place > $1::bigint order by outbox_place limit 1
       ) as waits,
       exists (
         select from events where outbox_place > $1::bigint and recipients is null
         order by outbox_place limit 1
       ) as emitted,
       (select last_value::float8 from outbox_places where is_called) as "lastPlace"`,
      [after],
    ),
  );
  return rows[0] as Look;
}

/** What is left where it is: it could not be taken in. */
export type PutAside = { ids: string[]; keys: OrderingKey[] };

export type Search = { after: Position; limit: number; aside: PutAside };

/**
 * Whether a delivery in the outbox is behind an event of its key that does not have all of its
 * deliveries yet: one of these may be to the same webhook. The first place of all is read once.
 * Mostly no event has one, and then nothing else is looked up: of a busy key there may be very many
 * index entries of events that were taken in, which stay while some old transaction is open.
 */
export const isBehindEventSql = (delivery: string) => `${delivery}.ordering_key is not null
  and exists (
    select from events e
    where e.ordering_key = ${delivery}.ordering_key
      and e.outbox_place < ${delivery}.outbox_place
      and e.outbox_place >= (
        select outbox_place from events where outbox_place is not null
        order by outbox_place limit 1
      )
  )`;

/**
 * The first `limit` behind `after` that may be taken in, in the order of their positions; none
 * where somebody else is taking in. Their rows are not locked: their keys are to be locked first.
 */
export async function findCandidates(
  tx: Tx,
  { after, limit, aside }: Search,
): Promise<Candidate[]> {
  const { rows } = await tx.query<Candidate>(
    `select d.id, d.webhook_id as "webhookId", d.ordering_key as key,
       d.outbox_place::float8 as place, d.redelivery_id is not null as redelivered
     from deliveries d
     where (select pg_try_advisory_xact_lock(${OUTBOX_LOCK}))
       and d.outbox_place is not null and (d.outbox_place, d.id) > ($1::bigint, $5::uuid)
       and d.id <> all ($3::uuid[])
       and (d.ordering_key is null
         or (d.webhook_id::text || ' ' || d.ordering_key) <> all ($4::text[]))
       and not (${isBehindEventSql('d')})
     order by d.outbox_place, d.id limit $2`,
    [after.place, limit, ...columnsAside(aside), after.id],
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
