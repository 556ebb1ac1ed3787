import type { Tx } from '../../database/transaction.ts';

/** The deliveries of a webhook with the same ordering key are attempted one after the other. */
export type OrderingKey = { webhookId: string; key: string };

/**
 * Keys share so many locks, so that a transaction takes no more of them than PostgreSQL has room
 * for, however many keys it touches.
 */
const STRIPES = 256;

/** What tells these locks from those of others in the same database. */
const LOCKS = 703_687_308;

/**
 * Locks keys until the transaction ends, always in the same order, and after its rows. Who adds to
 * a key takes it `alone`: it must know whether there is a head, and nobody may come between. Who
 * ends the head of a key takes it `shared`: against those that add, one of which may just have
 * found that head and be about to put a delivery behind it. Two that end heads need no lock against
 * each other, as each has the row of its own.
 */
export async function lockKeys(
  tx: Tx,
  keys: OrderingKey[],
  how: 'alone' | 'shared',
): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `select pg_advisory_xact_lock${how === 'shared' ? '_shared' : ''}(${LOCKS}, stripe)
     from (
       select distinct ${STRIPE} as stripe
       from unnest($1::uuid[], $2::text[]) as locked (webhook_id, ordering_key)
       order by stripe
     ) as stripes`,
    columnsOf(keys),
  );
}

const STRIPE = `hashtext(webhook_id::text || ordering_key) & ${STRIPES - 1}`;

/**
 * Locks keys alone, for who adds to them. @returns those of which something waits in the outbox
 * that was committed before this began, or an event that does not have all of its deliveries yet:
 * what comes now is to come after it. What was committed while this waited for a lock came at the
 * same time. On keys of which nothing waits the look costs a probe each of two indexes.
 */
export async function lockKeysToAdd(tx: Tx, keys: OrderingKey[]): Promise<OrderingKey[]> {
  if (keys.length === 0) return [];
  const { rows } = await tx.query<{ waiting: OrderingKey[] | null }>(
    `select pg_advisory_xact_lock(${LOCKS}, stripe), waiting
     from (
       select ${STRIPE} as stripe,
         json_agg(json_build_object('webhookId', webhook_id, 'key', ordering_key))
           filter (where exists (select from deliveries d
             where d.webhook_id = locked.webhook_id and d.ordering_key = locked.ordering_key
               and d.outbox_place is not null)
             or exists (select from events e
               where e.ordering_key = locked.ordering_key and e.outbox_place is not null)
           ) as waiting
       from unnest($1::uuid[], $2::text[]) as locked (webhook_id, ordering_key)
       group by stripe
       order by stripe
     ) as stripes`,
    columnsOf(keys),
  );
  return rows.flatMap(({ waiting }) => waiting ?? []);
}

/** Two parameters of a statement: the webhooks and the keys. */
export function columnsOf(keys: OrderingKey[]): [webhookIds: string[], keys: string[]] {
  return [keys.map(({ webhookId }) => webhookId), keys.map(({ key }) => key)];
}
