import type { Tx } from '../../database/transaction.ts';

/**
 * Makes deliveries pending again that have ended, with all attempts that their webhook allows: they
 * wait in the outbox, for who takes them in to give them a job or a reason. Those that are pending,
 * tests, and those whose payload was removed are left alone. A time at which one expires that has
 * passed counts no more. `operationId` is the operation that does it; null: one was asked for alone.
 * @returns the ids of those that are pending again.
 */
export async function makePending(
  tx: Tx,
  ids: string[],
  operationId: string | null,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with locked as (
       select id from deliveries
       where id = any ($1::uuid[]) and status <> 'pending' and not test
         and payload_removed_at is null
       order by id for update
     )
     update deliveries
     set status = 'pending', failed_reason = null, held_reason = 'outbox', parked_at = now(),
       outbox_place = nextval('outbox_places'), sequence = null, is_head = false,
       unbudgeted_attempts = delivery_attempts, redeliveries = redeliveries + 1,
       redelivered_at = now(), redelivery_id = $2, scheduled_at = now(), isolated_by = null,
       expires_at = case when expires_at > now() then expires_at end, updated_at = now()
     from locked
     where deliveries.id = locked.id
     returning deliveries.id`,
    [ids, operationId],
  );
  return rows.map(({ id }) => id);
}
