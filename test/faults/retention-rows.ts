import { randomUUID } from 'node:crypto';
import type { Pool } from '../../src/database/pool.ts';
import type { Status } from '../../src/deliveries/delivery.ts';
import { addAttemptRows, addDeliveryRows } from '../setup/rows.ts';
import { sized } from './intensity.ts';

const DAY = 86_400;

/** Deliveries of each kind. */
export const COUNT = sized(80, 1000);

/** Adds deliveries of one kind, with an attempt each. @returns their ids. */
export async function addOldDeliveries(
  pool: Pool,
  { webhookId, daysAgo, status }: { webhookId: string; daysAgo: number; status: Status },
): Promise<string[]> {
  const row = { webhookId, status, attempts: 1, createdAt: -daysAgo * DAY };
  const ids = await addDeliveryRows(
    pool,
    Array.from({ length: COUNT }, () => row),
  );
  await addAttemptRows(
    pool,
    ids.map((deliveryId) => ({ webhookId, deliveryId, createdAt: row.createdAt })),
  );
  return ids;
}

/** An event, and those that were made its deliveries. */
export type OldEvent = { id: string; daysAgo: number; deliveryIds: string[] };

/**
 * Makes some of each kind deliveries of events, in pairs: both are to go; one is to go, and the
 * other one to lose its payload; or one keeps it. Of each age there are events without deliveries,
 * too.
 */
export async function addOldEvents(
  pool: Pool,
  kinds: Record<'succeeded' | 'failed' | 'emptied' | 'pending', string[]>,
): Promise<OldEvent[]> {
  const { succeeded, failed, emptied, pending } = kinds;
  const some = COUNT / 4;
  const events: OldEvent[] = [];
  const add = (daysAgo: number, deliveryIds: string[]) =>
    events.push({ id: randomUUID(), daysAgo, deliveryIds });
  for (let n = 0; n < some; n += 1) {
    add(9, [succeeded[n] ?? '', failed[n] ?? '']);
    add(9, [failed[some + n] ?? '', emptied[n] ?? '']);
    add(9, [emptied[some + n] ?? '', pending[n] ?? '']);
  }
  for (let n = 0; n < COUNT; n += 1) for (const daysAgo of [9, 2.5, 1]) add(daysAgo, []);
  await pool.query(
    `insert into events (id, type, payload, fanned_out, deliveries, created_at)
     select id, 'order.paid', 'a payload', cardinality("deliveryIds"), cardinality("deliveryIds"),
       now() - "daysAgo" * interval '1 day'
     from json_to_recordset($1) as event (id uuid, "daysAgo" float8, "deliveryIds" uuid[])`,
    [JSON.stringify(events)],
  );
  await pool.query(
    `update deliveries set event_id = event.id, payload = ''
     from json_to_recordset($1) as event (id uuid, "deliveryIds" uuid[])
     where deliveries.id = any (event."deliveryIds")`,
    [JSON.stringify(events)],
  );
  return events;
}

/**
 * The payloads of the events that are to be there in the end, by the deliveries that are left, and
 * those of them that are `whole`. Events are kept for three days, and their payloads for two.
 */
export function expectedEvents(
  events: OldEvent[],
  { left, whole }: Record<'left' | 'whole', ReadonlySet<string>>,
): Map<string, string> {
  const stay = events.filter(
    ({ daysAgo, deliveryIds }) => daysAgo < 3 || deliveryIds.some((id) => left.has(id)),
  );
  return new Map(
    stay.map(({ id, daysAgo, deliveryIds }) => [
      id,
      daysAgo < 2 || deliveryIds.some((one) => whole.has(one)) ? 'a payload' : '',
    ]),
  );
}

export async function eventPayloads(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; payload: string }>(
    'select id, payload from events',
  );
  return new Map(rows.map(({ id, payload }) => [id, payload]));
}
