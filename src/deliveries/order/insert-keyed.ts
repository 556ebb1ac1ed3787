import type { Tx } from '../../database/transaction.ts';
import { STORED_COLUMNS } from '../delivery-store.ts';
import {
  draftColumns,
  storedOf,
  type Insertion,
  type NewDelivery,
  type StoredDelivery,
  type StoredRow,
} from '../accepting/insert-deliveries.ts';
import { heldReasonSql } from '../may-run.ts';
import { lockKeysToAdd, type OrderingKey } from './ordering-key.ts';

/** Locks the keys of drafts, where they have some. @returns those with something in the outbox. */
export function lockKeysOf(tx: Tx, drafts: NewDelivery[]): Promise<OrderingKey[]> {
  return lockKeysToAdd(tx, drafts.flatMap(keyOf));
}

export function isKeyed({ orderingKey }: Pick<NewDelivery, 'orderingKey'>): boolean {
  return orderingKey !== undefined;
}

/**
 * As `insertDeliveries`, for drafts of which some have a key or a `sendAt`. Keys are locked: the
 * first one of a key that has neither a head nor anything that waits is its head. The sequence
 * follows the order of the drafts.
 */
export async function insertAnyDeliveries(
  tx: Tx,
  drafts: NewDelivery[],
  { wait }: Pick<Insertion, 'wait'>,
): Promise<StoredDelivery[]> {
  const { rows } = await tx.query<StoredRow>(
    `with known as (
       select id from webhooks
       where id = any ($2::uuid[]) and deleted_at is null
       order by id for key share ${wait ? '' : 'skip locked'}
     ), draft as (${DRAFT}), judged as (${JUDGED})
     insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, created_at, updated_at, ordering_key, sequence, is_head,
       send_at, expires_at, metadata, trace_context)
     select id, webhook_id, payload, greatest(now(), send_at), 0, 'pending',
       held_reason, case when held_reason is not null then now() end, now(), now(), ordering_key,
       case when ordering_key is not null then nextval('delivery_sequence') end,
       ordering_key is not null and not is_behind, send_at, expires_at, metadata,
       trace_context
     from judged
     returning ${STORED_COLUMNS},
       extract(epoch from scheduled_at - now())::float8 as "delaySeconds"`,
    draftColumns(drafts),
  );
  return storedOf(rows, drafts);
}

/** Drafts of known webhooks, and whether another delivery of their key goes first. */
const DRAFT = `
  select draft.id, draft.webhook_id, draft.payload, draft.ordering_key, draft.send_at,
    draft.expires_at, draft.metadata, draft.trace_context, draft.place,
    draft.ordering_key is not null and (
      row_number() over (
        partition by draft.webhook_id, draft.ordering_key order by draft.place
      ) > 1
      or exists (select from deliveries d where d.webhook_id = draft.webhook_id
        and d.ordering_key = draft.ordering_key and d.is_head)
      or exists (select from deliveries d where d.webhook_id = draft.webhook_id
        and d.ordering_key = draft.ordering_key and d.status = 'pending'
        and d.sequence is not null)
    ) as is_behind
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[],
      $6::timestamptz[], $7::jsonb[], $8::text[]) with ordinality
    as draft (id, webhook_id, payload, ordering_key, send_at, expires_at, metadata, trace_context,
      place)
  join known on known.id = draft.webhook_id`;

const REASON = heldReasonSql(
  { webhook: 'w', state: 's' },
  { behind: 'draft.is_behind', wait: 'extract(epoch from draft.send_at - now())' },
);

const JUDGED = `
  select draft.*, ${REASON} as held_reason
  from draft
  join webhooks w on w.id = draft.webhook_id
  left join webhook_states s on s.webhook_id = w.id
  order by draft.place`;

function keyOf({ webhookId, orderingKey }: NewDelivery): OrderingKey[] {
  return orderingKey === undefined ? [] : [{ webhookId, key: orderingKey }];
}
