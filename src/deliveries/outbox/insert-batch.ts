import type { Tx } from '../../database/transaction.ts';
import { OF_VISIBLE_WEBHOOK } from '../../webhooks/webhook-sql.ts';
import type { NewDelivery } from '../delivery-store.ts';

/**
 * Keeps the webhooks of drafts from being removed until the transaction ends, after it has waited
 * for whoever is removing one. @returns the ids of those that are there
 */
export async function keepWebhooks(tx: Tx, drafts: NewDelivery[]): Promise<Set<string>> {
  const ids = new Set(drafts.map(({ webhookId }) => webhookId));
  const { rows } = await tx.query<{ id: string }>(
    `select id from webhooks
     where id = any ($1::uuid[]) and deleted_at is null
     order by id for key share`,
    [[...ids]],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Stores drafts of webhooks that are kept, in the outbox: whether they may run is asked when they
 * are taken in, in the order of their places, which is that of the drafts. They have no jobs.
 */
export async function insertBatch(tx: Tx, drafts: NewDelivery[]): Promise<void> {
  await tx.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, outbox_place, ordering_key, send_at, expires_at,
       created_at, updated_at)
     select id, webhook_id, payload, greatest(now(), send_at), 0, 'pending',
       'outbox', now(), nextval('outbox_places'), ordering_key, send_at, expires_at, now(), now()
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[],
       $6::timestamptz[]) as draft (id, webhook_id, payload, ordering_key, send_at, expires_at)`,
    [
      drafts.map(({ id }) => id),
      drafts.map(({ webhookId }) => webhookId),
      drafts.map(({ payload }) => payload),
      drafts.map(({ orderingKey }) => orderingKey ?? null),
      drafts.map(({ sendAt }) => sendAt ?? null),
      drafts.map(({ expiresAt }) => expiresAt ?? null),
    ],
  );
}

/** Whether one of these deliveries is there, of a webhook that is not being removed. */
export async function hasAny(tx: Tx, ids: string[]): Promise<boolean> {
  const { rows } = await tx.query(
    `select from deliveries where id = any ($1::uuid[]) and ${OF_VISIBLE_WEBHOOK} limit 1`,
    [ids],
  );
  return rows.length > 0;
}
