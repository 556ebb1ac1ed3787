import type { Tx } from '../../database/transaction.ts';
import { draftColumns, type NewDelivery } from '../accepting/insert-deliveries.ts';

/**
 * Stores drafts of webhooks that are kept, in the outbox, with places in their order. They have no
 * jobs, and no sequence: whether they may run is asked when they are taken in.
 */
export async function insertWaiting(tx: Tx, drafts: NewDelivery[]): Promise<void> {
  await tx.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, outbox_place, ordering_key, send_at, expires_at,
       metadata, trace_context, created_at, updated_at)
     select id, webhook_id, payload, greatest(now(), send_at), 0, 'pending',
       'outbox', now(), nextval('outbox_places'), ordering_key, send_at, expires_at,
       metadata, trace_context, now(), now()
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[],
       $6::timestamptz[], $7::jsonb[], $8::text[])
       as draft (id, webhook_id, payload, ordering_key, send_at, expires_at, metadata,
         trace_context)`,
    draftColumns(drafts),
  );
}
