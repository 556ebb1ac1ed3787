import type { Queryable } from '../../database/pool.ts';
import { hot } from '../../database/statement-names.ts';

/** A webhook with ordering keys that failed deliveries block. */
export type BlockedWebhook = {
  webhook_id: string;
  webhook_name: string;
  /** When the first of these keys was blocked. */
  since: string;
  keys: number;
  /** The deliveries that wait behind them. */
  deliveries: number;
};

type Bounds = {
  /** Most webhooks. */
  limit: number;
  /** Most keys of each that are looked at, and most deliveries of each key that are counted. */
  most: number;
};

/**
 * Webhooks with blocked keys, in the order of their ids. Steps from one webhook to the next in the
 * index of what has stopped, however many keys each has.
 */
export async function blockedWebhooks(
  db: Queryable,
  { limit, most }: Bounds,
): Promise<BlockedWebhook[]> {
  const { rows } = await db.query<BlockedWebhook>(
    hot(
      `with recursive holder (webhook_id) as (
         (select webhook_id from deliveries where is_head and status <> 'pending'
          order by webhook_id, ordering_key limit 1)
         union all
         select (select webhook_id from deliveries
                 where is_head and status <> 'pending' and webhook_id > holder.webhook_id
                 order by webhook_id, ordering_key limit 1)
         from holder
         where holder.webhook_id is not null
       )
       select w.id as webhook_id, w.name as webhook_name, blocked.*
       from (select webhook_id from holder where webhook_id is not null limit $1) as one
       cross join lateral (
         select id, name from webhooks where id = one.webhook_id and deleted_at is null limit 1
       ) as w
       cross join lateral (${KEYS_OF_WEBHOOK}) as blocked
       where blocked.keys > 0`,
      [limit, most],
    ),
  );
  return rows;
}

/** The blocked keys of the webhook `w`, and what waits behind them. */
const KEYS_OF_WEBHOOK = `
  select min(head.updated_at) as since, count(*)::integer as keys,
    least(sum(behind.count), $2)::integer as deliveries
  from (
    select ordering_key, updated_at from deliveries
    where webhook_id = w.id and is_head and status <> 'pending' and status = 'failed'
    order by ordering_key limit $2
  ) as head
  cross join lateral (
    select count(*) as count from (
      select from deliveries
      where webhook_id = w.id and ordering_key = head.ordering_key and status = 'pending'
      limit $2
    ) as waiting
  ) as behind`;
