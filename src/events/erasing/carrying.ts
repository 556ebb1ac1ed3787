import { withNames } from '../../database/named-parameters.ts';
import type { Queryable } from '../../database/pool.ts';
import type { CreatedPlace } from '../../deliveries/created-place.ts';
import type { LookedAt } from '../../deliveries/erasing/carrying.ts';
import { leadOf } from '../../deliveries/tagged.ts';
import type { Metadata } from '../../webhooks/metadata.ts';

/** Events that carry all pairs of `metadata`, were created up to `until` and are behind `after`. */
export type CarryingEvents = { metadata: Metadata; until: string; after: CreatedPlace };

/** The next `limit` rows, the oldest first. */
export async function lookAtCarryingEvents(
  db: Queryable,
  carrying: CarryingEvents,
  limit: number,
): Promise<LookedAt[]> {
  const { rows } = await db.query<LookedAt>(...(await statementOf(db, carrying, limit)));
  return rows;
}

/** How many belong of the first `limit` rows. */
export async function countCarryingEvents(
  db: Queryable,
  carrying: CarryingEvents,
  limit: number,
): Promise<{ matching: number; looked: number }> {
  const [text, values] = await statementOf(db, carrying, limit);
  const { rows } = await db.query<{ matching: number; looked: number }>(
    `select count(*) filter (where belongs)::integer as matching, count(*)::integer as looked
     from (${text}) as one`,
    values,
  );
  return rows[0] ?? { matching: 0, looked: 0 };
}

/** A hash stands for the pair, and there may be other pairs: the event itself is asked. */
const own = (limit: number) => `
  select entry.created_at, entry.id, coalesce(e.metadata @> $metadata::jsonb, false) as belongs,
    false as pending, coalesce(e.bytes, 0) as bytes
  from (
    select created_at, event_id as id from event_tags
    where tag = delivery_tag($lead_name::text, $lead_value::text)
      and (created_at, event_id) > ($after::timestamptz, $after_id::uuid)
      and created_at <= $until::timestamptz
    order by created_at, event_id limit ${limit}
  ) as entry
  left join lateral (
    select metadata, octet_length(payload) as bytes from events where id = entry.id limit 1
  ) as e on true
  order by entry.created_at, entry.id`;

async function statementOf(
  db: Queryable,
  { metadata, until, after }: CarryingEvents,
  limit: number,
): Promise<[text: string, values: unknown[]]> {
  const lead = await leadOf(db, { of: 'events', metadata });
  return withNames(own(limit), {
    metadata: JSON.stringify(metadata),
    until,
    after: after.created_at,
    after_id: after.id,
    lead_name: lead?.[0],
    lead_value: lead?.[1],
  });
}
