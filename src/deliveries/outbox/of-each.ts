import type { Tx } from '../../database/transaction.ts';
import {
  columnsAside,
  isBehindEventSql,
  OUTBOX_LOCK,
  type Candidate,
  type Search,
} from './candidates.ts';

/** Most candidates of one webhook, and most webhooks that are looked at. */
const OF_EACH = 50;
const MOST_WEBHOOKS = 500;

/** Before all webhooks. */
export const FIRST_WEBHOOK = '00000000-0000-0000-0000-000000000000';

/** The last row is no candidate: it tells how far was looked. */
type Row = Candidate | { id: null; webhookId: string; isEnd: boolean };

/**
 * Some candidates of each webhook behind `after`, whatever others have, up to `limit`; in the order
 * of their positions. None where somebody else is taking in.
 * @returns the webhook behind which the next look is to begin as well.
 */
export async function findOfEach(
  tx: Tx,
  { after, limit, aside }: Omit<Search, 'after'> & { after: string },
): Promise<{ candidates: Candidate[]; next: string }> {
  const { rows } = await tx.query<Row>(OF_EACH_WEBHOOK, [after, limit, ...columnsAside(aside)]);
  const candidates = rows.flatMap((row) => (row.id === null ? [] : [row]));
  if (candidates.length === limit) {
    const webhookIds = candidates.map(({ webhookId }) => webhookId).toSorted();
    return { candidates, next: webhookIds.at(-1) ?? FIRST_WEBHOOK };
  }
  const [last] = rows.flatMap((row) => (row.id === null && !row.isEnd ? [row.webhookId] : []));
  return { candidates, next: last ?? FIRST_WEBHOOK };
}

/** Steps from one webhook that holds deliveries to the next in the index of these. */
const OF_EACH_WEBHOOK = `
  with recursive holder (webhook_id, nth) as (
    select $1::uuid, 0
    union all
    select next.webhook_id, holder.nth + 1
    from holder
    cross join lateral (
      select webhook_id from deliveries
      where parked_at is not null and webhook_id > holder.webhook_id
      order by webhook_id limit 1
    ) as next
    where holder.nth < ${MOST_WEBHOOKS}
  ), found as materialized (
    select d.*
    from holder
    join webhooks w on w.id = holder.webhook_id and w.deleted_at is null
    cross join lateral (
      select id, webhook_id, ordering_key, outbox_place, redelivery_id from deliveries own
      where webhook_id = w.id and held_reason = 'outbox' and parked_at is not null
        and outbox_place is not null and id <> all ($3::uuid[])
        and (ordering_key is null
          or (webhook_id::text || ' ' || ordering_key) <> all ($4::text[]))
        and not (${isBehindEventSql('own')})
      order by scheduled_at, id limit ${OF_EACH}
    ) as d
    where holder.nth > 0 and (select pg_try_advisory_xact_lock(${OUTBOX_LOCK}))
    order by holder.nth limit $2
  )
  select id, webhook_id as "webhookId", ordering_key as key, outbox_place::float8 as place,
    redelivery_id is not null as redelivered, false as "isEnd"
  from found
  union all
  select null, webhook_id, null, null, null, nth < ${MOST_WEBHOOKS}
  from (select webhook_id, nth from holder order by nth desc limit 1) as last
  order by place, id`;
