import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../src/database/pool.ts';

/** `key`: its ordering key. `inSeconds`: it is to be sent then. */
export type Enqueued = { webhookId: string; payload: string; key?: string; inSeconds?: number };

/**
 * Puts deliveries into the outbox, as an application's transaction does, in this order.
 * @returns their ids.
 */
export async function enqueueRows(db: Queryable, rows: Enqueued[]): Promise<string[]> {
  const whole = rows.map((row) => ({ id: randomUUID(), ...row }));
  await db.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, outbox_place, ordering_key, send_at, created_at, updated_at)
     select id, "webhookId", payload, greatest(now(), now() + "inSeconds"), 0, 'pending',
       'outbox', now(), nextval('outbox_places'), key, now() + "inSeconds", now(), now()
     from json_to_recordset($1)
       as row (id uuid, "webhookId" uuid, payload text, key text, "inSeconds" interval)`,
    [JSON.stringify(whole)],
  );
  return whole.map(({ id }) => id);
}

/** How many deliveries have a place in the outbox. */
export async function countWaiting(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'select count(*)::integer as n from deliveries where outbox_place is not null',
  );
  return rows[0]?.n ?? 0;
}

/** `key`: its ordering key. */
export type EmittedRow = { type?: string; payload: string; key?: string };

/** The type of events where a test names none. */
export const TYPE = 'order.paid';

/**
 * Emits events, as an application's transaction does, in this order. Its type is there afterwards.
 * @returns their ids.
 */
export async function emitRows(db: Queryable, rows: EmittedRow[]): Promise<string[]> {
  const types = rows.map(({ type = TYPE }) => type);
  await db.query(
    `insert into event_types (name) select distinct name from unnest($1::text[]) as name
     on conflict do nothing`,
    [types],
  );
  const { rows: ids } = await db.query<{ id: string }>(
    `select postmand.emit_many((select jsonb_agg(to_jsonb(row)) from json_to_recordset($1)
       as row (type text, payload text, ordering_key text))) as id`,
    [
      JSON.stringify(
        rows.map(({ payload, key }, i) => ({ type: types[i], payload, ordering_key: key })),
      ),
    ],
  );
  return ids.map(({ id }) => id);
}

/** How many events are yet to be chosen for. */
export async function countEmitted(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from events
     where outbox_place is not null and recipients is null`,
  );
  return rows[0]?.n ?? 0;
}
