import type { Tx } from '../../database/transaction.ts';
import type { DeliveryQueue, NextJob } from '../../queue/delivery-queue.ts';
import type { HeldReason } from '../delivery.ts';
import { heldReasonSql } from '../may-run.ts';
import { columnsOf, lockKeys, type OrderingKey } from './ordering-key.ts';

/** A delivery that has become the head of its key. It may be held for another reason still. */
export type Promoted = OrderingKey & {
  id: string;
  reason: HeldReason | null;
  crashes: number;
  /** It was redelivered with many others. */
  redelivered: boolean;
  delaySeconds: number;
};

/**
 * A key whose head has ended in this transaction. `hasNext`: after that another delivery of the key
 * was seen, committed and pending.
 */
export type FreeKey = OrderingKey & { hasNext?: boolean };

/**
 * Makes the next delivery of each key its head, in the transaction that ended the one before. A key
 * that has a head keeps it, and a key that has no pending delivery needs none. What waits in the
 * outbox has no sequence yet: who takes it in finds out whether there is a head.
 *
 * Two transactions that end the same head, or that end and delete it, wait for each other at its
 * row. Against those that accept there is the lock of the key, which they hold until their commit:
 * one may have found the head and be about to put the only delivery behind it. So a key is locked,
 * and then asked which delivery is next: what was accepted before is committed and seen, and who
 * accepts afterwards sees that the head is gone. Where another delivery was seen already no lock is
 * needed: whatever is being accepted comes behind it, as a sequence is given under that lock too.
 */
export async function promoteNext(tx: Tx, keys: FreeKey[]): Promise<Promoted[]> {
  const [seen, unsure] = [keys.filter(({ hasNext }) => hasNext), keys.filter((k) => !k.hasNext)];
  const promoted = await promote(tx, seen);
  // What was seen may have been deleted meanwhile.
  const done = new Set(promoted.map(nameOf));
  const left = [...unsure, ...seen.filter((key) => !done.has(nameOf(key)))];
  await lockKeys(tx, left, 'shared');
  return [...promoted, ...(await promote(tx, left))];
}

const nameOf = ({ webhookId, key }: OrderingKey) => `${webhookId} ${key}`;

async function promote(tx: Tx, keys: OrderingKey[]): Promise<Promoted[]> {
  if (keys.length === 0) return [];
  // It takes the place in the window that the one before it had: the backlog is no reason.
  const { rows } = await tx.query<Promoted>(
    `with next as (
       select d.id, ${heldReasonSql(
         { webhook: 'w', state: 's' },
         { wait: 'extract(epoch from d.scheduled_at - now())', placed: true },
       )} as reason
       from (
         select distinct webhook_id, ordering_key
         from unnest($1::uuid[], $2::text[]) as free (webhook_id, ordering_key)
       ) as key
       cross join lateral (
         select id, scheduled_at from deliveries
         where webhook_id = key.webhook_id and ordering_key = key.ordering_key
           and status = 'pending' and sequence is not null
         order by sequence limit 1 for update
       ) as d
       join webhooks w on w.id = key.webhook_id and w.deleted_at is null
       left join webhook_states s on s.webhook_id = w.id
       where not exists (
         select from deliveries head
         where head.webhook_id = key.webhook_id and head.ordering_key = key.ordering_key
           and head.is_head
       )
     )
     update deliveries
     set is_head = true, held_reason = next.reason, updated_at = now(),
       parked_at = case when next.reason is not null then coalesce(parked_at, now()) end
     from next
     where deliveries.id = next.id
     returning deliveries.id, webhook_id as "webhookId", ordering_key as key,
       held_reason as reason, crashes, redelivery_id is not null as redelivered,
       greatest(0, extract(epoch from scheduled_at - now()))::float8 as "delaySeconds"`,
    columnsOf(keys),
  );
  return rows;
}

/** The jobs of those that may run. */
export function jobsOf(promoted: Promoted[]): NextJob[] {
  return promoted.flatMap(({ id, webhookId, reason, crashes, redelivered, delaySeconds }) =>
    reason === null ? [{ deliveryId: id, webhookId, crashes, redelivered, delaySeconds }] : [],
  );
}

/** Promotes the next delivery of each key, gives it a job if it may run, and wakes the workers. */
export async function goOn(tx: Tx, queue: DeliveryQueue, keys: OrderingKey[]): Promise<void> {
  const jobs = jobsOf(await promoteNext(tx, keys));
  if (jobs.length === 0) return;
  await queue.enqueue(tx, jobs);
  queue.wake(tx);
}
