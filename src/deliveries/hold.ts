import type { Tx } from '../database/transaction.ts';
import { isQuietSql, type HeldReason } from './delivery.ts';
import { NEAR_SECONDS } from './may-run.ts';

/** `crashes` is what its next job is to know, as its present one does. */
export type Hold = { deliveryId: string; reason: HeldReason; crashes: number };

/**
 * Notes why pending deliveries are held; their jobs end in the same transaction. `parked_at` is
 * when a delivery was held, and has that name in version 2.1, which may run beside this one. A
 * delivery that has become the head of its key meanwhile waits behind nobody, and nobody would free
 * it: it is left without a job, for the rescue. So is a test, which is never held.
 * @returns the webhook of each that is held for a reason that the API shows.
 */
export async function holdDeliveries(tx: Tx, holds: Hold[]): Promise<string[]> {
  if (holds.length === 0) return [];
  const { rows } = await tx.query<{ webhookId: string; isShown: boolean }>(
    `update deliveries
     set held_reason = hold.reason, crashes = hold.crashes, parked_at = now(), updated_at = now()
     from unnest($1::uuid[], $2::text[], $3::integer[]) as hold (id, reason, crashes)
     where deliveries.id = hold.id and status = 'pending' and parked_at is null and not test
       and not (is_head and hold.reason = 'ordered')
     returning webhook_id as "webhookId", not ${isQuietSql('hold.reason')} as "isShown"`,
    [
      holds.map(({ deliveryId }) => deliveryId),
      holds.map(({ reason }) => reason),
      holds.map(({ crashes }) => crashes),
    ],
  );
  return rows.flatMap(({ webhookId, isShown }) => (isShown ? [webhookId] : []));
}

/**
 * Moves pending deliveries into the backlog of their webhook, to those that are due later, or to
 * those that were redelivered with many others; their jobs ended in the same transaction. For a
 * client of the API nothing changes.
 */
export async function holdAsBacklog(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update deliveries
     set parked_at = now(), crashes = 0, held_reason = case
         when scheduled_at > now() + make_interval(secs => $2) then 'later'
         when redelivery_id is not null then 'redelivery' else 'backlog' end
     where id = any ($1::uuid[]) and status = 'pending' and parked_at is null and not test`,
    [ids, NEAR_SECONDS],
  );
}
