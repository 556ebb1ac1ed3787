import type { Tx } from '../../database/transaction.ts';
import {
  STORED_COLUMNS,
  storedOf,
  type NewDelivery,
  type StoredDelivery,
  type StoredRow,
} from '../delivery-store.ts';
import type { OrderingKey } from '../order/ordering-key.ts';

/** Splits drafts: those of keys that have something in the outbox come after it, and wait there. */
export function behindOutbox(
  drafts: NewDelivery[],
  waiting: OrderingKey[],
): { behind: NewDelivery[]; free: NewDelivery[] } {
  if (waiting.length === 0) return { behind: [], free: drafts };
  const names = new Set(waiting.map(({ webhookId, key }) => nameOf(webhookId, key)));
  const { behind = [], free = [] } = Object.groupBy(drafts, ({ webhookId, orderingKey }) =>
    orderingKey !== undefined && names.has(nameOf(webhookId, orderingKey)) ? 'behind' : 'free',
  );
  return { behind, free };
}

const nameOf = (webhookId: string, key: string) => `${webhookId.toLowerCase()} ${key}`;

/**
 * Stores drafts of webhooks that exist in the outbox, with places in their order. Who takes them in
 * asks whether they may run, and gives them their sequence: until then they have none.
 * @returns those stored: a draft without a webhook is left out.
 */
export async function insertWaiting(
  tx: Tx,
  drafts: NewDelivery[],
  { wait }: { wait: boolean },
): Promise<StoredDelivery[]> {
  const { rows } = await tx.query<StoredRow>(
    `with known as (
       select id from webhooks
       where id = any ($2::uuid[]) and deleted_at is null
       order by id for key share ${wait ? '' : 'skip locked'}
     ), draft as (
       select draft.* from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[],
           $5::timestamptz[], $6::timestamptz[])
         with ordinality as draft (id, webhook_id, payload, ordering_key, send_at, expires_at, nth)
       join known on known.id = draft.webhook_id
       order by draft.nth
     )
     insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, outbox_place, created_at, updated_at, ordering_key,
       send_at, expires_at)
     select id, webhook_id, payload, greatest(now(), send_at), 0, 'pending',
       'outbox', now(), nextval('outbox_places'), now(), now(), ordering_key, send_at, expires_at
     from draft
     returning ${STORED_COLUMNS}`,
    [
      drafts.map(({ id }) => id),
      drafts.map(({ webhookId }) => webhookId),
      drafts.map(({ payload }) => payload),
      drafts.map(({ orderingKey }) => orderingKey ?? null),
      drafts.map(({ sendAt }) => sendAt ?? null),
      drafts.map(({ expiresAt }) => expiresAt ?? null),
    ],
  );
  return storedOf(rows, drafts);
}
