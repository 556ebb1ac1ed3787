import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { findJobTable } from '../../src/queue/claim.ts';
import { endSilent } from '../../src/queue/heartbeat.ts';
import type { Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';

/** The deliveries that workers, living or dead, hold a claim on. */
export async function claimed(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    `select data ->> 'deliveryId' as id from postmand_queue.job where name = 'deliveries' and state = 'active'`,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Makes the database believe that the owners of these claims have been silent for a minute. It has
 * the effect of waiting for a lease.
 */
export async function expire(pool: Pool, deliveryIds: Iterable<string>): Promise<void> {
  await pool.query(
    `update postmand_queue.job set heartbeat_on = heartbeat_on - interval '1 minute'
     where name = 'deliveries' and state = 'active' and data ->> 'deliveryId' = any ($1)`,
    [[...deliveryIds]],
  );
}

/**
 * Ends all leases at once, also those of workers that live and would extend them, except for claims
 * that are being settled or returned at this moment. @returns the deliveries.
 */
export async function endLeases(pool: Pool): Promise<Set<string>> {
  const table = (await findJobTable(pool)) ?? '';
  return inTransaction(
    pool,
    async (tx) => {
      const { rows } = await tx.query<{ id: string }>(
        `with free as (
           select id from ${table}
           where name = 'deliveries' and state = 'active' for update skip locked
         )
         update ${table} set heartbeat_on = now() - interval '1 minute'
         where name = 'deliveries' and id in (select id from free)
         returning data ->> 'deliveryId' as id`,
      );
      await endSilent(tx, table, []);
      return new Set(rows.map(({ id }) => id));
    },
    'begin read write',
  );
}

/**
 * The deliveries that workers gave up sending, as they say themselves, because they could not
 * extend their leases.
 */
export function givenUp(processes: Command[]): Set<string> {
  const lines = processes.flatMap((command) =>
    command.lines.filter(({ event }) => event === 'lease.lost'),
  );
  return new Set(lines.flatMap(({ delivery_ids }) => delivery_ids as string[]));
}

/**
 * Ends expired leases now, as a worker does every few seconds. Nobody else must hold any claim.
 */
export async function takeBack(pool: Pool): Promise<void> {
  const table = await findJobTable(pool);
  await until('no claim is left', async () => {
    await inTransaction(pool, (tx) => endSilent(tx, table ?? '', []));
    return (await claimed(pool)).size === 0;
  });
}

/**
 * The mark of an isolated send of a delivery that was begun and whose end nobody has told; null:
 * there is none.
 */
export async function markOf(pool: Pool, deliveryId: string): Promise<string | null> {
  const { rows } = await pool.query<{ mark: string | null }>(
    'select isolated_by as mark from deliveries where id = $1',
    [deliveryId],
  );
  return rows[0]?.mark ?? null;
}

/**
 * Whether a delivery waits because an isolated send of it was begun and nobody told its end: for
 * half a minute.
 */
export async function isDoubted(pool: Pool, deliveryId: string): Promise<boolean> {
  const { rowCount } = await pool.query(`${DOUBTED} and data ->> 'deliveryId' = $1`, [deliveryId]);
  return rowCount === 1;
}

/** Makes the deliveries that wait for that reason due at once, as half a minute would. */
export async function endDoubts(pool: Pool): Promise<void> {
  const sql = `
    with doubted as (${DOUBTED}), moved as (
      update deliveries set scheduled_at = now()
      where id::text in (select data ->> 'deliveryId' from doubted)
    )
    update postmand_queue.job set start_after = now()
    where name = 'deliveries' and id in (select id from doubted)`;
  await inTransaction(pool, (tx) => tx.query(sql), 'begin read write');
}

const DOUBTED = `
  select id, data from postmand_queue.job
  where name = 'deliveries' and state = 'created' and start_after > now()
    and data ->> 'doubt' is not null`;
