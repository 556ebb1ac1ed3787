import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { OF_VISIBLE_WEBHOOK } from '../webhooks/webhook-sql.ts';
import { SHOWN_REASON, type Delivery } from './delivery.ts';
import type { OrderingKey } from './order/ordering-key.ts';
import { payloadSql } from './payload.ts';

/** A sequence stays far below 2^53, up to where a number is exact. */
const SHOWN_ORDER = 'ordering_key, sequence::float8 as sequence';

/** What the API shows of a delivery behind its payload. */
export const BEHIND_PAYLOAD = `scheduled_at, delivery_attempts,
  delivery_attempts - unbudgeted_attempts as budget_used, redeliveries, status,
  ${SHOWN_REASON} as held_reason, ${SHOWN_ORDER}, failed_reason, send_at,
  expires_at, test, coalesce(metadata, '{}') as metadata, event_id,
  left(trace_context, 55) as traceparent, payload_removed_at, created_at, updated_at`;

/** What the API shows of a delivery. */
const COLUMNS = `id, webhook_id, ${payloadSql('deliveries')} as payload, ${BEHIND_PAYLOAD}`;

/** The same of one that was just stored. Its payload is known, and need not be sent back. */
export const STORED_COLUMNS = `id, webhook_id, ${BEHIND_PAYLOAD}, parked_at is not null as "isHeld"`;

/** A delivery with the API's order of fields. */
export function withPayload(
  { id, webhook_id, ...rest }: Omit<Delivery, 'payload'>,
  payload: string,
): Delivery {
  return { id, webhook_id, payload, ...rest };
}

export async function findDelivery(db: Queryable, id: string): Promise<Delivery | undefined> {
  const { rows } = await db.query<Delivery>(
    `select ${COLUMNS} from deliveries where id = $1 and ${OF_VISIBLE_WEBHOOK}`,
    [id],
  );
  return rows[0];
}

/**
 * Those of some deliveries that there are, as they stand now, for whoever knows their payloads.
 */
export async function findWithoutPayloads(
  db: Queryable,
  ids: string[],
): Promise<Map<string, Omit<Delivery, 'payload'>>> {
  const { rows } = await db.query<Omit<Delivery, 'payload'>>(
    `select id, webhook_id, ${BEHIND_PAYLOAD} from deliveries
     where id = any ($1::uuid[]) and ${OF_VISIBLE_WEBHOOK}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether one of these deliveries is there, of a webhook that is not being removed. */
export async function hasAny(db: Queryable, ids: string[]): Promise<boolean> {
  const { rows } = await db.query(
    `select from deliveries where id = any ($1::uuid[]) and ${OF_VISIBLE_WEBHOOK} limit 1`,
    [ids],
  );
  return rows.length > 0;
}

/**
 * Removes deliveries and their attempts. A job that one of them has ends without a send when it
 * comes due. @returns the ordering keys that have lost their head: they are to go on.
 */
export async function deleteDeliveries(tx: Tx, ids: string[]): Promise<OrderingKey[]> {
  const { rows } = await tx.query<OrderingKey & { is_head: boolean }>(
    `delete from deliveries where id = any ($1::uuid[])
     returning webhook_id as "webhookId", ordering_key as key, is_head`,
    [ids],
  );
  return rows.flatMap(({ webhookId, key, is_head }) => (is_head ? [{ webhookId, key }] : []));
}

/**
 * Removes up to `limit` deliveries of a webhook, the newest of a status first, passing over those
 * that somebody holds. @returns how many.
 */
export async function deleteDeliveriesOf(
  tx: Tx,
  webhookId: string,
  limit: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from deliveries
     where id in (
       select id from deliveries where webhook_id = $1
       order by status desc, created_at desc, id desc limit $2 for update skip locked
     )`,
    [webhookId, limit],
  );
  return rowCount ?? 0;
}
