import type { EventInput } from './client.js';
import type { PgClient } from './enqueue.js';

export type Emitted = Pick<
  EventInput,
  'type' | 'payload' | 'ordering_key' | 'send_at' | 'expires_at' | 'metadata' | 'traceparent'
>;

const EMIT = `select postmand.emit(type => $1::text, payload => $2::text,
  ordering_key => $3::text, send_at => $4::timestamptz, expires_at => $5::timestamptz,
  idempotency_key => $6::text, metadata => $7::jsonb, traceparent => $8::text) as id`;

const EMIT_MANY = 'select postmand.emit_many($1::jsonb) as id';

/**
 * Puts an event into the transaction that is open on `client`, which must be in the database of
 * Postmand. When that transaction commits, the webhooks that subscribed to it get it; when it is
 * rolled back, the event never was. No transaction is begun or ended here. A payload that is no
 * string is sent as compact JSON. `traceparent` is where your work stands in a trace (W3C Trace
 * Context).
 *
 * @returns the id of the event.
 * @throws what the driver throws; `problemOf` tells what was refused. The transaction can then only
 * be rolled back.
 */
export async function emit(
  client: PgClient,
  event: Emitted,
  { idempotencyKey }: { idempotencyKey?: string } = {},
): Promise<string> {
  const { type, payload, ordering_key, send_at, expires_at, metadata, traceparent } = event;
  const values = [type, textOf(payload), ordering_key, send_at, expires_at, idempotencyKey];
  const pairs = metadata === undefined || metadata === null ? null : JSON.stringify(metadata);
  const { rows } = await client.query(
    EMIT,
    [...values, pairs, traceparent].map((value) => value ?? null),
  );
  return idOf(rows[0]);
}

/**
 * The same for up to 1,000 events with one call, all or none of them.
 *
 * @returns their ids, in the order of `events`.
 */
export async function emitMany(client: PgClient, events: Emitted[]): Promise<string[]> {
  // What else a caller's objects have is no member of an event, and would be refused.
  const members = events.map(
    ({ type, payload, ordering_key, send_at, expires_at, metadata, traceparent }) => ({
      ...{ type, payload: textOf(payload), ordering_key, send_at, expires_at },
      ...(metadata === undefined || metadata === null ? {} : { metadata }),
      ...(traceparent === undefined || traceparent === null ? {} : { traceparent }),
    }),
  );
  const { rows } = await client.query(EMIT_MANY, [JSON.stringify(members)]);
  return rows.map(idOf);
}

function textOf(payload: Emitted['payload']): string {
  if (payload === undefined || payload === null) return '';
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

const idOf = (row: unknown): string => (row as { id: string }).id;
