import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';

/** How many webhooks were chosen for an event; 0 where they are not kept any more. */
export async function countRecipients(db: Queryable, eventId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select coalesce(cardinality(recipients), 0) as count from events where id = $1',
    [eventId],
  );
  return rows[0]?.count ?? 0;
}

/**
 * Some of the webhooks that were chosen for an event. `count`: of all of them. `place`: of its
 * deliveries in the outbox; null: each has its own.
 */
export type Recipients = { webhookIds: string[]; count: number; place: number | null };

/**
 * The next `size` webhooks behind the first `from`. The event stays as it is until the transaction
 * ends. @returns undefined where it is gone, or was erased, or was fanned out.
 */
export async function takeRecipients(
  tx: Tx,
  { eventId, from, size }: { eventId: string; from: number; size: number },
): Promise<Recipients | undefined> {
  const { rows } = await tx.query<Recipients>(
    `select recipients[$2::integer + 1:$2::integer + $3::integer]::text[] as "webhookIds",
       cardinality(recipients) as count, outbox_place::float8 as place
     from events
     where id = $1 and recipients is not null and payload_removed_at is null
     for no key update`,
    [eventId, from, size],
  );
  return rows[0];
}

/**
 * Notes that so many more deliveries of an event were made. After the last of them it is known how
 * many there are; what was posted behind the event with its ordering key waits for it no longer.
 */
export function endRecipients(
  tx: Tx,
  { eventId, made, isLast }: { eventId: string; made: number; isLast: boolean },
): void {
  tx.later(
    `update events
     set fanned_out = fanned_out + $2,
       deliveries = case when $3 then fanned_out + $2 else deliveries end,
       outbox_place = case when $3 then null else outbox_place end,
       recipients = case when $3 then null else recipients end
     where id = $1`,
    [eventId, made, isLast],
  );
}
