import type { Queryable } from '../../src/database/pool.ts';

/** As of a worker, for some seconds: for what only looks whether one lives. */
export async function giveSignOfLife({ pool }: { pool: Queryable }): Promise<void> {
  await pool.query(
    `insert into upkeep_turn (worker, asked_at)
     values (gen_random_uuid(), now() + interval '6 seconds')`,
  );
}
