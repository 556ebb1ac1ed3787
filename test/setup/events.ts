import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../src/database/pool.ts';
import type { Metadata } from '../../src/webhooks/metadata.ts';

type EventValues = {
  id?: string;
  type?: string;
  payload?: string;
  metadata?: Metadata | null;
  orderingKey?: string | null;
  /** So many days before the database's now. */
  daysAgo?: number;
  /** The webhooks that get it. */
  webhookIds: string[];
};

export type AddedEvent = { id: string; createdAt: string; deliveryIds: string[] };

/**
 * Puts an event in with a delivery for each of its webhooks, which wait in the outbox for a worker
 * to take them in.
 */
export async function addEvent(db: Queryable, values: EventValues): Promise<AddedEvent> {
  const { webhookIds, orderingKey = null, metadata = null, daysAgo = 0 } = values;
  const { rows } = await db.query<{ id: string; created_at: string }>(
    `insert into events (id, type, payload, ordering_key, metadata, fanned_out, deliveries,
       created_at)
     values ($1, $2, $3, $4, $5, $6, $6, now() - $7 * interval '1 day') returning id, created_at`,
    [
      values.id ?? randomUUID(),
      values.type ?? 'order.paid',
      values.payload ?? '{"amount": 5}',
      orderingKey,
      metadata && JSON.stringify(metadata),
      webhookIds.length,
      daysAgo,
    ],
  );
  const [{ id, created_at: createdAt } = { id: '', created_at: '' }] = rows;
  const deliveryIds = webhookIds.map(() => randomUUID());
  await db.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, outbox_place, ordering_key, event_id, metadata, created_at,
       updated_at)
     select draft.id, webhook_id, '', now(), 0, 'pending', 'outbox', now(),
       nextval('outbox_places'), e.ordering_key, e.id, e.metadata, e.created_at, e.created_at
     from unnest($1::uuid[], $2::uuid[]) as draft (id, webhook_id)
     join events e on e.id = $3`,
    [deliveryIds, webhookIds, id],
  );
  return { id, createdAt, deliveryIds };
}
