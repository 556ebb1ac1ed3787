import { shortText } from '../database/long-text.ts';
import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { webhookColumns, webhookOf, type JoinedWebhook } from '../webhooks/webhook-sql.ts';
import { gateOf, gateSql, type GateState } from '../webhooks/webhook-state.ts';
import type { StoredSendingWebhook } from '../webhooks/webhook.ts';
import type { Delivery, HeldReason } from './delivery.ts';
import { expirySql } from './expiry.ts';
import { payloadSql } from './payload.ts';

/**
 * What a request tells of what happened: the event of a delivery. One that was posted for its
 * webhook alone has no type, and its own id and time; it has them only where its webhook's format
 * asks for them.
 */
export type ToldEvent = { id: string; type: string | null; created_at: string };

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
  /** The trace that it belongs to, as it is stored. */
  trace_context: string | null;
  event: ToldEvent | null;
  payload: string | null;
  bytes: number;
  waitSeconds: number;
  /** Its time ran out: it must not be attempted any more. */
  expired: boolean;
  /** The mark of an isolated send that was begun, and of which nobody has told the end. */
  isolated_by: string | null;
};

/** A row as it is read: the payload of an event comes with it. */
type Row = Omit<SendableDelivery, 'event'> &
  JoinedWebhook & { gate: string | null; event: ReadEvent | null };
type ReadEvent = ToldEvent & Partial<Pick<SendableDelivery, 'payload' | 'bytes'>>;

/**
 * What a request tells of an event, as one value of JSON in SQL, of the rows `d` and `w`. One
 * column, and one look at events for all that is read there: with 16 claims that no event made, a
 * statement cost 6 µs more, and 13 µs with one look each for payload, length and event. An event
 * whose payload was removed has nothing to send: it is as one that is gone. `payload`: members with
 * the payload of the event `e`.
 */
const eventSql = (payload = '') => `case
  when d.event_id is not null then (
    select json_build_object('id', e.id, 'type', e.type, 'created_at', e.created_at${payload})
    from events e where e.id = d.event_id and e.payload_removed_at is null)
  when w.format <> 'raw'
    then json_build_object('id', d.id, 'type', null, 'created_at', d.created_at) end`;

const WITH_PAYLOAD = `, 'payload', ${shortText('e.payload')}, 'bytes', octet_length(e.payload)`;

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
         send_at, expires_at, redelivered_at, event_id, trace_context,
         case when event_id is null then ${shortText('payload')} end as payload,
         octet_length(payload) as bytes,
         extract(epoch from scheduled_at - now())::float8 as "waitSeconds"
       from deliveries
       where id = any (array(select unnest($1::uuid[])))
     )
     select d.id, d.webhook_id, d.delivery_attempts, d.status, d.held_reason, d.isolated_by,
       d.ordering_key, d.is_head, d.unbudgeted_attempts, d.sequence, d.test, d.trace_context,
       d.payload, d.bytes, d."waitSeconds", ${eventSql(WITH_PAYLOAD)} as event,
       ${webhookColumns('w')}, ${gateSql('d.webhook_id')} as gate,
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

function deliveryOf(row: Row): SendableDelivery {
  const { id, webhook_id, delivery_attempts, status, held_reason, isolated_by } = row;
  const { waitSeconds, expired, unbudgeted_attempts } = row;
  const { ordering_key, is_head, sequence, test, trace_context } = row;
  const kept = { id, webhook_id, delivery_attempts, status, held_reason, isolated_by };
  const order = { ordering_key, is_head, sequence };
  const told = { test, trace_context };
  return {
    ...kept,
    unbudgeted_attempts,
    ...contentOf(row),
    waitSeconds,
    expired,
    ...order,
    ...told,
  };
}

type Content = Pick<SendableDelivery, 'event' | 'payload' | 'bytes'>;

function contentOf({ event: told, payload, bytes }: Row): Content {
  if (told === null) return { event: null, payload, bytes };
  const { payload: shared = payload, bytes: itsBytes = bytes, ...event } = told;
  return { event, payload: shared, bytes: itsBytes };
}

/**
 * A payload, whatever its length, with its event and its webhook as they are now; undefined where
 * one of them is gone, as by an erasure since the delivery was claimed.
 */
export async function findToSend(db: Queryable, id: string): Promise<ToSend | undefined> {
  const { rows } = await db.query<Read & JoinedWebhook>(
    hot(
      `select ${payloadSql('d')} as payload, d.event_id, ${eventSql()} as event,
         ${webhookColumns('w')}
       from deliveries d join webhooks w on w.id = d.webhook_id and w.deleted_at is null
       where d.id = $1 and d.payload_removed_at is null`,
      [id],
    ),
  );
  const [row] = rows;
  const isGone = row?.event_id !== null && row?.event === null;
  if (row === undefined || row.payload === null || isGone) return undefined;
  return { payload: row.payload, event: row.event, webhook: webhookOf(row) };
}

/** `event` is null where it, or its payload, is gone, and where the delivery has none. */
type Read = { payload: string | null; event_id: string | null; event: ToldEvent | null };

type ToSend = { payload: string; event: ToldEvent | null; webhook: StoredSendingWebhook };
