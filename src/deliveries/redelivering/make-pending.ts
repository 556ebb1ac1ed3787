import type { Tx } from '../../database/transaction.ts';
import { POISON_AFTER_CRASHES } from '../mark.ts';

/**
 * Makes deliveries pending again that have ended, with all attempts that their webhook allows: they
 * wait in the outbox, for who takes them in to give them a job or a reason. Those that are pending,
 * tests, and those whose payload was removed are left alone. A time at which one expires that has
 * passed counts no more.
 *
 * They are taken in in the order in which they were created, like those that are new: one with an
 * ordering key comes behind those of its key that are pending by then. The head of a key that
 * stands still is its head again, in its old place: nothing of the key has passed it. Who looks for
 * a head sees one before and after, so that the key need not be locked.
 *
 * One that ended as poison is isolated at once. What its claims had come to is in its last job,
 * which is gone.
 *
 * `operationId` is the operation that does it; null: one was asked for alone.
 * @returns the ids of those that are pending again.
 */
export async function makePending(
  tx: Tx,
  ids: string[],
  operationId: string | null,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with locked as (
       select id, created_at, sequence from deliveries
       where id = any ($1::uuid[]) and status <> 'pending' and not test
         and payload_removed_at is null
       order by id for update
     ), placed as materialized (
       select id, nextval('outbox_places') as place
       from (select id from locked order by created_at, sequence, id) as one
     )
     update deliveries
     set status = 'pending', held_reason = 'outbox', parked_at = now(),
       outbox_place = placed.place,
       sequence = case when is_head then sequence end,
       unbudgeted_attempts = delivery_attempts, redeliveries = redeliveries + 1,
       redelivered_at = now(), redelivery_id = $2, scheduled_at = greatest(now(), send_at),
       crashes = case when failed_reason = 'poison'
         then greatest(crashes, ${POISON_AFTER_CRASHES}) else crashes end,
       failed_reason = null, isolated_by = null,
       expires_at = case when expires_at > now() then expires_at end, updated_at = now()
     from placed
     where deliveries.id = placed.id
     returning deliveries.id`,
    [ids, operationId],
  );
  return rows.map(({ id }) => id);
}
