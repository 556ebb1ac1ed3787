import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';
import type { OrderingKey } from './ordering-key.ts';

/** Before all keys. */
export const FIRST_KEY: OrderingKey = {
  webhookId: '00000000-0000-0000-0000-000000000000',
  key: '',
};

/** `next` is where to go on; undefined: that was the end. */
export type HeadlessStep = { keys: OrderingKey[]; next: OrderingKey | undefined };

/**
 * Looks at up to `limit` ordering keys with pending deliveries, in their order after `after`, and
 * finds those without a head. What waits in the outbox needs none. Steps from one key to the next
 * in the index, however many deliveries each has.
 */
export async function findHeadless(
  db: Queryable,
  after: OrderingKey,
  limit: number,
): Promise<HeadlessStep> {
  const { rows } = await db.query<OrderingKey & { place: number; isHeadless: boolean }>(
    `with recursive key (webhook_id, ordering_key, place) as (
       select $1::uuid, $2::text, 0
       union all
       select next.webhook_id, next.ordering_key, key.place + 1
       from key
       cross join lateral (
         select webhook_id, ordering_key from deliveries
         where ordering_key is not null and status = 'pending'
           and (webhook_id, ordering_key) > (key.webhook_id, key.ordering_key)
         order by webhook_id, ordering_key limit 1
       ) as next
       where key.place < $3
     ), seen as (
       select key.*, not exists (
         select from deliveries head
         where head.webhook_id = key.webhook_id and head.ordering_key = key.ordering_key
           and head.is_head
       ) and exists (
         select from deliveries d
         where d.webhook_id = key.webhook_id and d.ordering_key = key.ordering_key
           and d.status = 'pending' and d.sequence is not null
       ) as is_headless
       from key where place > 0
     )
     select webhook_id as "webhookId", ordering_key as key, place, is_headless as "isHeadless"
     from seen where is_headless or place = $3
     order by place`,
    [after.webhookId, after.key, limit],
  );
  const keys = rows.filter(({ isHeadless }) => isHeadless);
  const last = rows.at(-1);
  return { keys, next: last?.place === limit ? last : undefined };
}

/**
 * Takes the place of heads that have ended and block nothing: those that a process of version 2.1
 * has settled, and failed ones whose webhook does not ask any more that its keys stop.
 * @returns their keys, up to `limit`: they are to go on.
 */
export async function freeEndedHeads(tx: Tx, limit: number): Promise<OrderingKey[]> {
  const { rows } = await tx.query<OrderingKey>(
    `with ended as (
       select d.id
       from deliveries d join webhooks w on w.id = d.webhook_id
       where d.is_head and d.status <> 'pending'
         and (d.status <> 'failed' or w.ordering_on_failure <> 'block')
       order by d.id limit $1 for update of d skip locked
     )
     update deliveries set is_head = false
     from ended
     where deliveries.id = ended.id
     returning webhook_id as "webhookId", ordering_key as key`,
    [limit],
  );
  return rows;
}
