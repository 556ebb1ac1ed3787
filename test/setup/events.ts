import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../src/database/pool.ts';

type EventValues = {
  type?: string;
  payload?: string;
  orderingKey?: string | null;
  /** The webhooks that get it. */
  webhookIds: string[];
};

export type AddedEvent = { id: string; createdAt: string; deliveryIds: string[] };

/**
 * Puts an event in with a delivery for each of its webhooks, which wait in the outbox for a worker
 * to take them in.
 */
export async function addEvent(
  db: Queryable,
  { type = 'order.paid', payload = '{"amount": 5}', orderingKey = null, webhookIds }: EventValues,
): Promise<AddedEvent> {
  const { rows } = await db.query<{ id: string; created_at: string }>(
    `insert into events (id, type, payload, ordering_key, recipients, fanned_out, deliveries)
     values ($1, $2, $3, $4, $5, $6, $6) returning id, created_at`,
    [randomUUID(), type, payload, orderingKey, webhookIds, webhookIds.length],
  );
  const [{ id, created_at: createdAt } = { id: '', created_at: '' }] = rows;
  const deliveryIds = webhookIds.map(() => randomUUID());
  await db.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, outbox_place, ordering_key, event_id, created_at, updated_at)
     select id, webhook_id, '', now(), 0, 'pending', 'outbox', now(), nextval('outbox_places'),
       $3, $4, now(), now()
     from unnest($1::uuid[], $2::uuid[]) as draft (id, webhook_id)`,
    [deliveryIds, webhookIds, orderingKey, id],
  );
  return { id, createdAt, deliveryIds };
}
