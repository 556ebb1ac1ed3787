import type { Queryable } from '../database/pool.ts';
import type { HeldReason } from './delivery.ts';
import { REDELIVERY_REASONS, RELEASABLE_REASONS } from './release.ts';
import { heldReasonSql } from './may-run.ts';

/**
 * Webhooks that may run now, and have held deliveries which nobody is going to look at. Steps from
 * one webhook to the next in the index, however many rows each has.
 */
export async function forgottenWebhookIds(db: Queryable): Promise<string[]> {
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
     select w.id
     from holder
     join webhooks w on w.id = holder.webhook_id
     left join webhook_states s on s.webhook_id = w.id
     where w.deleted_at is null and s.wake_at is null
       and ${heldReasonSql({ webhook: 'w', state: 's' }, { placed: true })} is null
       and exists (
         select from deliveries d
         where d.webhook_id = w.id and d.parked_at is not null and d.held_reason = any ($1::text[])
       )`,
    [[...RELEASABLE_REASONS, ...REDELIVERY_REASONS]],
  );
  return rows.map(({ id }) => id);
}

/**
 * Whether any delivery of a webhook that is held for one of `reasons` waits to be released. Looked
 * up in the order of the index, reason by reason: while the statistics remember a backlog that is
 * gone, PostgreSQL would rather read the whole table to find one of it.
 */
export async function hasReleasable(
  db: Queryable,
  webhookId: string,
  reasons: readonly HeldReason[],
): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (
       select from unnest($2::text[]) as released (reason)
       cross join lateral (
         select from deliveries
         where webhook_id = $1 and held_reason = released.reason and parked_at is not null
         order by scheduled_at, id limit 1
       ) as one
     ) as found`,
    [webhookId, reasons],
  );
  return rows[0]?.found === true;
}
