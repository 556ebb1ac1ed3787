import type { Pool } from '../../src/database/pool.ts';
import { until } from '../setup/until.ts';

/**
 * Waits until a worker is held up within a settling transaction, by a lock on delivery_attempts.
 * @returns its backend's process id.
 */
export async function heldSettling(pool: Pool): Promise<number> {
  return until('a settling transaction is held', async () => {
    const { rows } = await pool.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'
         and query like 'insert into delivery_attempts%'`,
    );
    return rows[0]?.pid;
  });
}

/** Waits until a claim is held up, by a lock on the table of jobs. */
export async function heldClaim(pool: Pool): Promise<void> {
  await until('a claim is held', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'
         and application_name = 'postmand worker claims'`,
    );
    return rowCount === 1;
  });
}

/**
 * Waits until no statement of ours waits for a lock any more: what a killed process left behind has
 * been rolled back.
 */
export async function nobodyWaits(pool: Pool): Promise<void> {
  await until('nobody waits for a lock', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount === 0;
  });
}
