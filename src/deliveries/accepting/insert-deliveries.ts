import type { Tx } from '../../database/transaction.ts';
import { STORED_COLUMNS, withPayload } from '../delivery-store.ts';
import type { Delivery } from '../delivery.ts';
import type { Metadata } from '../../webhooks/metadata.ts';
import { heldReasonSql, inactiveReasonSql } from '../may-run.ts';

/** `sendAt` and `expiresAt` are times as PostgreSQL reads them. */
export type NewDelivery = {
  id: string;
  webhookId: string;
  payload: string;
  orderingKey?: string | undefined;
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
  /** Undefined where it has no pairs. */
  metadata?: Metadata | undefined;
  /** The trace that it belongs to, as it is stored. */
  traceContext?: string | undefined;
};

/**
 * A delivery as it was stored, and the time until it is due. One that is held gets no job.
 */
export type StoredDelivery = { delivery: Delivery; isHeld: boolean; delaySeconds: number };

/**
 * A row of a statement that stores deliveries: `STORED_COLUMNS`, and the delay where there is one.
 */
export type StoredRow = Omit<Delivery, 'payload'> & { isHeld: boolean; delaySeconds?: number };

/**
 * How the webhooks of deliveries are asked. `wait` false: one that another transaction is about to
 * remove is passed over, so that it holds nobody else up. `gated` false: the states of the webhooks
 * are known to hold nothing, and are not asked.
 */
export type Insertion = { wait: boolean; gated: boolean };

/** To join the states and ask the rule cost 115 of 435 µs of planning and execution for 8. */
const KNOWN = {
  gated: `w.id, ${heldReasonSql({ webhook: 'w', state: 's' })} as held_reason
       from webhooks w left join webhook_states s on s.webhook_id = w.id`,
  free: `w.id, ${inactiveReasonSql('w')} as held_reason
       from webhooks w`,
};

/**
 * Stores deliveries of webhooks that exist, due now and without a key; one that may not run is
 * held.
 * @returns those stored, in no order: a draft without a webhook is left out.
 */
export async function insertDeliveries(
  tx: Tx,
  drafts: NewDelivery[],
  { wait, gated }: Insertion,
): Promise<StoredDelivery[]> {
  const { rows } = await tx.query<StoredRow>(
    `with known as (
       select ${gated ? KNOWN.gated : KNOWN.free}
       where w.id = any ($2::uuid[]) and w.deleted_at is null
       order by w.id for key share of w ${wait ? '' : 'skip locked'}
     )
     insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, expires_at, metadata, trace_context, created_at, updated_at)
     select draft.id, draft.webhook_id, draft.payload, now(), 0, 'pending',
       known.held_reason, case when known.held_reason is not null then now() end,
       draft.expires_at, draft.metadata, draft.trace_context, now(), now()
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::text[])
       as draft (id, webhook_id, payload, expires_at, metadata, trace_context)
     join known on known.id = draft.webhook_id
     returning ${STORED_COLUMNS}`,
    [
      drafts.map(({ id }) => id),
      drafts.map(({ webhookId }) => webhookId),
      drafts.map(({ payload }) => payload),
      drafts.map(({ expiresAt }) => expiresAt ?? null),
      drafts.map(metadataOf),
      drafts.map(traceContextOf),
    ],
  );
  return storedOf(rows, drafts);
}

/**
 * Drafts as eight parameters of a statement: ids, webhooks, payloads, ordering keys, the times of
 * `sendAt` and `expiresAt`, metadata and traces.
 */
export function draftColumns(drafts: NewDelivery[]): unknown[][] {
  return [
    drafts.map(({ id }) => id),
    drafts.map(({ webhookId }) => webhookId),
    drafts.map(({ payload }) => payload),
    drafts.map(({ orderingKey }) => orderingKey ?? null),
    drafts.map(({ sendAt }) => sendAt ?? null),
    drafts.map(({ expiresAt }) => expiresAt ?? null),
    drafts.map(metadataOf),
    drafts.map(traceContextOf),
  ];
}

/** The JSON of one in an array of jsonb. One that has none is null, and has no index entry. */
function metadataOf({ metadata }: NewDelivery): string | null {
  return metadata === undefined ? null : JSON.stringify(metadata);
}

function traceContextOf({ traceContext }: NewDelivery): string | null {
  return traceContext ?? null;
}

/** The deliveries of rows, with the payloads of their drafts. */
export function storedOf(rows: StoredRow[], drafts: NewDelivery[]): StoredDelivery[] {
  const payloads = new Map(drafts.map(({ id, payload }) => [id, payload]));
  return rows.map(({ isHeld, delaySeconds = 0, ...row }) => ({
    delivery: withPayload(row, payloads.get(row.id) ?? ''),
    isHeld,
    delaySeconds,
  }));
}
