import { withNames } from '../../database/named-parameters.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Metadata } from '../../webhooks/metadata.ts';
import type { CreatedPlace } from '../created-place.ts';
import { STATUSES } from '../delivery.ts';
import { leadOf } from '../tagged.ts';

/**
 * Deliveries that carry all pairs of `metadata`, or, with a `webhookId`, those of that webhook that
 * do not carry them themselves; each that was created up to `until` and is behind `after`. An event
 * that was created up to `until` has its deliveries with it, up to `madeUntil`: it was fanned out
 * for that long.
 */
export type Carrying = {
  metadata: Metadata;
  webhookId: string | null;
  until: string;
  madeUntil?: string | undefined;
  after: CreatedPlace;
};

/**
 * A row that was looked at. `belongs`: it is one of those. `bytes` are those of its payload.
 */
export type LookedAt = CreatedPlace & { belongs: boolean; pending: boolean; bytes: number };

/**
 * The next `limit` rows, the oldest first. Those of a webhook are merged from its statuses in one
 * statement, which sees each delivery in one of them: a walk through one status after the other
 * could miss one that is redelivered meanwhile.
 */
export async function lookAtCarrying(
  db: Queryable,
  carrying: Carrying,
  limit: number,
): Promise<LookedAt[]> {
  const { rows } = await db.query<LookedAt>(...(await statementOf(db, carrying, limit)));
  return rows;
}

/** How many belong, and how many of them are pending, of the first `limit` rows. */
export async function countCarrying(
  db: Queryable,
  carrying: Carrying,
  limit: number,
): Promise<{ matching: number; pending: number; looked: number }> {
  const [text, values] = await statementOf(db, carrying, limit);
  const { rows } = await db.query<{ matching: number; pending: number; looked: number }>(
    `select count(*) filter (where belongs)::integer as matching,
       count(*) filter (where belongs and pending)::integer as pending,
       count(*)::integer as looked
     from (${text}) as one`,
    values,
  );
  return rows[0] ?? { matching: 0, pending: 0, looked: 0 };
}

/** A hash stands for the pair, and there may be other pairs: the delivery itself is asked. */
const own = (limit: number) => `
  select entry.created_at, entry.id,
    coalesce(d.metadata @> $metadata::jsonb
      and (entry.created_at <= $until::timestamptz or d.event_created_at <= $until::timestamptz),
      false) as belongs,
    coalesce(d.status = 'pending', false) as pending, coalesce(d.bytes, 0) as bytes
  from (
    select created_at, delivery_id as id from delivery_tags
    where tag = delivery_tag($lead_name::text, $lead_value::text)
      and (created_at, delivery_id) > ($after::timestamptz, $after_id::uuid)
      and created_at <= greatest($until::timestamptz, $made_until::timestamptz)
    order by created_at, delivery_id limit ${limit}
  ) as entry
  left join lateral (
    select metadata, status, octet_length(payload) as bytes,
      case when created_at > $until::timestamptz
        then (select e.created_at from events e where e.id = event_id) end as event_created_at
    from deliveries where id = entry.id limit 1
  ) as d on true
  order by entry.created_at, entry.id`;

const ofStatus = (status: string, limit: number) => `
  (select created_at, id, metadata, status, octet_length(payload) as bytes from deliveries
   where webhook_id = $webhook_id::uuid and status = '${status}'
     and (created_at, id) > ($after::timestamptz, $after_id::uuid)
     and created_at <= $until::timestamptz
   order by created_at, id limit ${limit})`;

const ofWebhook = (limit: number) => `
  select created_at, id, (metadata @> $metadata::jsonb) is not true as belongs,
    status = 'pending' as pending, bytes
  from (${STATUSES.map((status) => ofStatus(status, limit)).join(' union all ')}) as d
  order by created_at, id limit ${limit}`;

async function statementOf(
  db: Queryable,
  { metadata, webhookId, until, madeUntil, after }: Carrying,
  limit: number,
): Promise<[text: string, values: unknown[]]> {
  const lead = webhookId === null ? await leadOf(db, { of: 'deliveries', metadata }) : undefined;
  return withNames(webhookId === null ? own(limit) : ofWebhook(limit), {
    metadata: JSON.stringify(metadata),
    webhook_id: webhookId,
    until,
    made_until: madeUntil,
    after: after.created_at,
    after_id: after.id,
    lead_name: lead?.[0],
    lead_value: lead?.[1],
  });
}
