import type { Pool } from '../../src/database/pool.ts';

/** What of a payload that is said to be gone is still there. */
export async function removalProblems(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from deliveries d
     where payload_removed_at is not null and (payload <> '' or exists (
       select from delivery_attempts a
       where a.delivery_id = d.id and (a.raw_request <> '' or a.raw_response <> '')
     ))`,
  );
  return rows.map(({ id }) => `${id}: its payload is removed, and a part of it is there`);
}

/**
 * What of events is gone that their deliveries need: an event as long as one of them is there, and
 * its payload as long as one of them has its own. And what of a payload that is said to be gone is
 * still there. No event that is asked of was posted with an empty payload.
 */
export async function eventRemovalProblems(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; problem: string }>(
    `select d.id, 'its event is gone' as problem
     from deliveries d left join events e on e.id = d.event_id
     where d.event_id is not null and e.id is null
     union all
     select d.id, 'the payload of its event is gone, and its own is not'
     from deliveries d join events e on e.id = d.event_id
     where d.payload_removed_at is null and e.payload_removed_at is not null
     union all
     select id, 'its payload is there or gone against what it says'
     from events where (payload_removed_at is null) <> (payload <> '')`,
  );
  return rows.map(({ id, problem }) => `${id}: ${problem}`);
}
