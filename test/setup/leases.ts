import type { Pool } from '../../src/database/pool.ts';

/**
 * Makes the database believe that nobody has been heard of for a minute: what a lease of silence
 * would do.
 */
export async function expireLeases(pool: Pool): Promise<void> {
  await pool.query(
    `update postmand_queue.job set heartbeat_on = heartbeat_on - interval '1 minute' where name = 'deliveries' and state = 'active'`,
  );
}
