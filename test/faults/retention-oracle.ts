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
