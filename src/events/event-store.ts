import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { traceparentOf } from '../telemetry/trace-context.ts';
import type { Event, EventDraft } from './event.ts';

/** What the API shows of an event behind its payload. */
export const BEHIND_PAYLOAD = `coalesce(metadata, '{}') as metadata, ordering_key, send_at,
  expires_at, deliveries, operation_id, fault, left(trace_context, 55) as traceparent,
  payload_removed_at, created_at`;

/** What the API shows of an event. */
const COLUMNS = `id, type, payload, ${BEHIND_PAYLOAD}`;

/**
 * An event that is to be stored, whose webhooks were chosen. `place`: in the outbox; null where it
 * has none. `operationId`: of the operation that makes the deliveries behind the first
 * `fannedOut`.
 */
export type NewEvent = EventDraft & {
  id: string;
  place: number | null;
  recipients: string[];
  fannedOut: number;
  operationId: string | null;
};

/** Stores events, without deliveries. @returns when they were created: at the same time. */
export async function insertEvents(tx: Tx, events: NewEvent[]): Promise<string> {
  const { rows } = await tx.query<{ created_at: string }>(
    `insert into events (id, type, payload, metadata, ordering_key, send_at, expires_at,
       outbox_place, recipients, fanned_out, deliveries, operation_id, trace_context)
     select id, type, payload, metadata, ordering_key, send_at, expires_at,
       case when recipients is not null then place end, recipients::uuid[], fanned_out, deliveries,
       operation_id, trace_context
     from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::timestamptz[],
       $7::timestamptz[], $8::bigint[], $9::text[], $10::integer[], $11::integer[], $12::uuid[],
       $13::text[])
       as event (id, type, payload, metadata, ordering_key, send_at, expires_at,
         place, recipients, fanned_out, deliveries, operation_id, trace_context)
     returning created_at`,
    [
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      events.map(({ payload }) => payload),
      events.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
      events.map(({ orderingKey }) => orderingKey ?? null),
      events.map(({ sendAt }) => sendAt ?? null),
      events.map(({ expiresAt }) => expiresAt ?? null),
      events.map(({ place }) => place),
      events.map(recipientsOf),
      events.map(({ fannedOut }) => fannedOut),
      events.map(({ recipients }) => recipients.length),
      events.map(({ operationId }) => operationId),
      events.map(({ traceContext }) => traceContext ?? null),
    ],
  );
  return rows[0]?.created_at ?? '';
}

/** Those of an event that is fanned out at once are kept by its deliveries. */
function recipientsOf({ recipients, operationId }: NewEvent): string | null {
  return operationId === null ? null : `{${recipients.join(',')}}`;
}

/** The event as the API shows it, of one that was just stored. */
export function shownEvent(event: NewEvent, createdAt: string): Event {
  return {
    id: event.id,
    type: event.type,
    payload: event.payload,
    metadata: event.metadata ?? {},
    ordering_key: event.orderingKey ?? null,
    send_at: event.sendAt ?? null,
    expires_at: event.expiresAt ?? null,
    deliveries: event.recipients.length,
    operation_id: event.operationId,
    fault: null,
    traceparent: event.traceContext === undefined ? null : traceparentOf(event.traceContext),
    payload_removed_at: null,
    created_at: createdAt,
  };
}

/** An event has so many deliveries less than webhooks were chosen: their rows were gone. */
export function noteMissing(tx: Tx, id: string, missing: number): void {
  tx.later(
    'update events set deliveries = deliveries - $2, fanned_out = fanned_out - $2 where id = $1',
    [id, missing],
  );
}

/** Places in the outbox, in their order: what is stored afterwards comes behind them. */
export async function drawPlaces(tx: Tx, count: number): Promise<number[]> {
  if (count === 0) return [];
  const { rows } = await tx.query<{ place: number }>(
    `select nextval('outbox_places')::float8 as place from generate_series(1, $1)`,
    [count],
  );
  return rows.map(({ place }) => place).toSorted((a, b) => a - b);
}

export async function findEvent(db: Queryable, id: string): Promise<Event | undefined> {
  const { rows } = await db.query<Event>(`select ${COLUMNS} from events where id = $1`, [id]);
  return rows[0];
}

/** Whether one of these events is there. */
export async function hasAnyEvent(db: Queryable, ids: string[]): Promise<boolean> {
  const { rows } = await db.query('select from events where id = any ($1::uuid[]) limit 1', [ids]);
  return rows.length > 0;
}
