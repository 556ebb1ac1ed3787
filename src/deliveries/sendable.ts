import { shortText } from '../database/long-text.ts';
import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { webhookColumns, webhookOf, type JoinedWebhook } from '../webhooks/webhook-sql.ts';
import { gateOf, gateSql, type GateState } from '../webhooks/webhook-state.ts';
import type { StoredSendingWebhook } from '../webhooks/webhook.ts';
import type { Delivery, HeldReason } from './delivery.ts';
import { expirySql } from './expiry.ts';

/**
 * A delivery as a worker needs it. `waitSeconds` is the time until it is due: 0 or less when it is.
 * `bytes` is the length of its payload, which is left out, as null, where it is longer than 32 KiB.
 */
export type SendableDelivery = Pick<
  Delivery,
  'id' | 'webhook_id' | 'delivery_attempts' | 'status' | 'test'
> & {
  /** Those of its attempts that do not count against max_delivery_attempts, as probes. */
  unbudgeted_attempts: number;
  held_reason: HeldReason | null;
  ordering_key: string | null;
  /** It is the one of its ordering key that may run. */
  is_head: boolean;
  sequence: number | null;
  payload: string | null;
  bytes: number;
  waitSeconds: number;
  /** Its time ran out: it must not be attempted any more. */
  expired: boolean;
  /** The mark of an isolated send that was begun, and of which nobody has told the end. */
  isolated_by: string | null;
};

type Row = SendableDelivery & JoinedWebhook & { gate: string | null };

/** A delivery with its webhook and that one's state, as they are now. */
export type Sendable = {
  delivery: SendableDelivery;
  webhook: StoredSendingWebhook;
  state: GateState;
};

/**
 * Those of the deliveries that are there and whose webhook is, in no order. One statement reads
 * both: a second one costs each claim a round trip. The deliveries are read first, whatever the
 * statistics say: with old ones PostgreSQL would begin with all webhooks, and look for all ids in
 * the deliveries of each. The list of ids has a form in which the plan is kept, whatever its
 * length.
 */
export async function findSendable(db: Queryable, ids: string[]): Promise<Sendable[]> {
  const { rows } = await db.query<Row>(
    hot(
      `with d as materialized (
       select id, webhook_id, delivery_attempts, status, held_reason, isolated_by, ordering_key,
         is_head, unbudgeted_attempts, sequence::float8 as sequence, test, created_at,
         send_at, expires_at, redelivered_at,
         ${shortText('payload')} as payload, octet_length(payload) as bytes,
         extract(epoch from scheduled_at - now())::float8 as "waitSeconds"
       from deliveries
       where id = any (array(select unnest($1::uuid[])))
     )
     select d.id, d.webhook_id, d.delivery_attempts, d.status, d.held_reason, d.isolated_by,
       d.ordering_key, d.is_head, d.unbudgeted_attempts, d.sequence, d.test, d.payload,
       d.bytes, d."waitSeconds", ${webhookColumns('w')}, ${gateSql('d.webhook_id')} as gate,
       coalesce(${expirySql({ delivery: 'd', webhook: 'w' })} <= now(), false) as expired
     from d
     join webhooks w on w.id = d.webhook_id and w.deleted_at is null`,
      [ids],
    ),
  );
  const webhooks = new Map<string, Pick<Sendable, 'webhook' | 'state'>>();
  return rows.map((row) => {
    const known = webhooks.get(row.webhook_id) ?? {
      webhook: webhookOf(row),
      state: gateOf(row.gate),
    };
    webhooks.set(row.webhook_id, known);
    return { delivery: deliveryOf(row), ...known };
  });
}

function deliveryOf(row: SendableDelivery): SendableDelivery {
  const { id, webhook_id, delivery_attempts, status, held_reason, isolated_by } = row;
  const { payload, bytes, waitSeconds, expired, unbudgeted_attempts } = row;
  const { ordering_key, is_head, sequence, test } = row;
  const kept = { id, webhook_id, delivery_attempts, status, held_reason, isolated_by };
  const order = { ordering_key, is_head, sequence };
  return { ...kept, unbudgeted_attempts, payload, bytes, waitSeconds, expired, ...order, test };
}

/**
 * A payload, whatever its length, with its webhook as it is now; undefined where one of them is
 * gone, as by an erasure since the delivery was claimed.
 */
export async function findToSend(
  db: Queryable,
  id: string,
): Promise<{ payload: string; webhook: StoredSendingWebhook } | undefined> {
  const { rows } = await db.query<{ payload: string } & JoinedWebhook>(
    hot(
      `select d.payload, ${webhookColumns('w')}
       from deliveries d join webhooks w on w.id = d.webhook_id and w.deleted_at is null
       where d.id = $1 and d.payload_removed_at is null`,
      [id],
    ),
  );
  return rows[0] && { payload: rows[0].payload, webhook: webhookOf(rows[0]) };
}
