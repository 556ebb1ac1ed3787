import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { HeldReason } from './delivery.ts';
import { heldReasonSql } from './may-run.ts';

/**
 * Notes why pending deliveries are held; their jobs end in the same transaction. `parked_at` is
 * when a delivery was held, and has that name in version 2.1, which may run beside this one.
 */
export async function holdDeliveries(tx: Tx, ids: string[], reason: HeldReason): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update deliveries set held_reason = $2, parked_at = now(), updated_at = now()
     where id = any ($1::uuid[]) and status = 'pending' and parked_at is null`,
    [ids, reason],
  );
}

/**
 * Webhooks that have held deliveries which may run now. Steps from one webhook to the next in the
 * index, however many rows each has.
 */
export async function releasableWebhookIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive holder (webhook_id) as (
       (select webhook_id from deliveries where parked_at is not null order by webhook_id limit 1)
       union all
       select (select d.webhook_id from deliveries d
               where d.parked_at is not null and d.webhook_id > holder.webhook_id
               order by d.webhook_id limit 1)
       from holder
       where holder.webhook_id is not null
     )
     select webhooks.id
     from holder
     join webhooks on webhooks.id = holder.webhook_id
     where webhooks.deleted_at is null and ${heldReasonSql('webhooks')} is null`,
  );
  return rows.map(({ id }) => id);
}

export type WaitingDelivery = { deliveryId: string; webhookId: string; delaySeconds: number };

/**
 * Frees up to `limit` held deliveries of a webhook, in the order of their time.
 * @returns them, for the jobs that they get in this transaction.
 */
export async function releaseDeliveries(
  tx: Tx,
  webhookId: string,
  limit: number,
): Promise<WaitingDelivery[]> {
  const { rows } = await tx.query<WaitingDelivery>(
    `with held as (
       select id from deliveries where webhook_id = $1 and parked_at is not null
       order by scheduled_at, id limit $2 for update skip locked
     ), freed as (
       update deliveries set held_reason = null, parked_at = null, updated_at = now()
       from held
       where deliveries.id = held.id
       returning deliveries.id, deliveries.webhook_id, deliveries.scheduled_at
     )
     select id as "deliveryId", webhook_id as "webhookId",
       greatest(0, extract(epoch from scheduled_at - now()))::float8 as "delaySeconds"
     from freed
     order by scheduled_at, id`,
    [webhookId, limit],
  );
  return rows;
}
