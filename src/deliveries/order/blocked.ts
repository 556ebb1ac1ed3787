import { withNames } from '../../database/named-parameters.ts';
import { listingOf, onPage, pageValues, type Listing, type Page } from '../../database/page.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';
import type { DeliveryQueue } from '../../queue/delivery-queue.ts';
import type { OrderingKey } from './ordering-key.ts';
import { goOn } from './promote.ts';

/** An ordering key that a failed delivery blocks. Named as the API's fields. */
export type BlockedKey = {
  ordering_key: string;
  delivery_id: string;
  sequence: number;
  blocked_since: string;
  /** The deliveries of the key that are pending. */
  waiting: number;
};

/** Nothing blocks this key. */
export class KeyNotBlocked extends Error {
  override name = 'KeyNotBlocked';
}

/**
 * By key. A delivery that has failed does not change until it is redelivered, so that its last
 * change is when it failed. That it is not pending is what the partial index asks for.
 */
export async function listBlockedKeys(
  db: Queryable,
  webhookId: string,
  page: Page,
): Promise<Listing<BlockedKey>> {
  const { rows } = await db.query<BlockedKey>(
    ...withNames(
      `select head.ordering_key, head.id as delivery_id, head.sequence::float8 as sequence,
         head.updated_at as blocked_since, (
           select count(*)::integer from deliveries d
           where d.webhook_id = head.webhook_id and d.ordering_key = head.ordering_key
             and d.status = 'pending'
         ) as waiting
       from deliveries head
       where head.webhook_id = $webhook_id and head.is_head and head.status <> 'pending'
         and head.status = 'failed' ${onPage(page, 'key')}
       order by head.ordering_key
       limit $limit::bigint + 1 offset $offset`,
      { webhook_id: webhookId, ...pageValues(page) },
    ),
  );
  return listingOf(rows, page, ({ ordering_key: at, delivery_id: id }) => ({ at, id }));
}

/** How many keys of all webhooks are blocked. Reads a small index, of what has stopped. */
export async function countBlockedKeys(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count from deliveries
     where is_head and status <> 'pending' and status = 'failed'`,
  );
  return rows[0]?.count ?? 0;
}

/** Lets a blocked key go on with its next delivery. @throws KeyNotBlocked */
export async function skipBlocked(tx: Tx, queue: DeliveryQueue, key: OrderingKey): Promise<void> {
  const { rowCount } = await tx.query(
    `update deliveries set is_head = false
     where webhook_id = $1 and ordering_key = $2 and is_head and status = 'failed'`,
    [key.webhookId, key.key],
  );
  if (rowCount === 0) throw new KeyNotBlocked();
  await goOn(tx, queue, [key]);
}
