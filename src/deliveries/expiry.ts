import type { Queryable } from '../database/pool.ts';
import type { HeldReason } from './delivery.ts';

/**
 * A delivery expires at `expires_at`, or when it has the age that its webhook allows at most,
 * whichever comes first. From then on it is not attempted any more: it ends as failed.
 */

/** The age of a delivery counts from when its client wanted it sent, last. `d` is its row. */
export const ageStartSql = (d: string) =>
  `greatest(${d}.created_at, ${d}.send_at, ${d}.redelivered_at)`;

/**
 * When a delivery expires, as an expression of SQL: null where it never does. `delivery` is a row
 * with `expires_at`, `created_at`, `send_at` and `redelivered_at`, and `webhook` the row of its
 * webhook.
 */
export const expirySql = ({ delivery, webhook }: { delivery: string; webhook: string }) =>
  `least(${delivery}.expires_at,
    ${ageStartSql(delivery)} + ${webhook}.max_delivery_age * interval '1 second')`;

/** As an expression of SQL: the time of a held delivery has come. In the order of its index. */
export const IS_HELD_EXPIRED = `coalesce((
  select expires_at from deliveries
  where parked_at is not null and expires_at is not null order by expires_at, id limit 1
) <= now(), false)`;

/**
 * Up to `limit` held deliveries whose own time has come, the first one first. Those in the outbox
 * are taken in before they end, as who takes them in has locked their keys.
 */
export async function findHeldExpired(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from deliveries
     where parked_at is not null and expires_at <= now()
       and held_reason is distinct from 'outbox'
     order by expires_at, id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** Webhooks that bound the age of their deliveries, and hold some. */
export async function webhookIdsToAge(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from webhooks w
     where max_delivery_age is not null and deleted_at is null
       and exists (select from deliveries d where d.webhook_id = w.id and d.parked_at is not null)`,
  );
  return rows.map(({ id }) => id);
}

/** A place among the held deliveries of a webhook, in the order of their index. */
export type HeldKey = { reason: HeldReason | ''; scheduledAt: string; id: string };

export type HeldAged = HeldKey & { expired: boolean };

/**
 * Up to `limit` held deliveries of a webhook after `after`, each with whether it has the age that
 * its webhook allows at most.
 */
export async function lookAtAges(
  db: Queryable,
  webhookId: string,
  { after, limit }: { after: HeldKey; limit: number },
): Promise<HeldAged[]> {
  const { rows } = await db.query<HeldAged>(
    `select d.id, d.held_reason as reason, d.scheduled_at as "scheduledAt",
       coalesce(${ageStartSql('d')} + make_interval(secs => w.max_delivery_age) <= now(),
         false) as expired
     from (
       select id, webhook_id, held_reason, scheduled_at, created_at, send_at, redelivered_at
       from deliveries
       where webhook_id = $1 and parked_at is not null
         and (held_reason, scheduled_at, id) > ($2, $3, $4)
       order by held_reason, scheduled_at, id limit $5
     ) as d
     join webhooks w on w.id = d.webhook_id
     order by d.held_reason, d.scheduled_at, d.id`,
    [webhookId, after.reason, after.scheduledAt, after.id, limit],
  );
  return rows;
}
