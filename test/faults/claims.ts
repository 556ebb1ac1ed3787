import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { findJobTable } from '../../src/deliveries/claim.ts';
import { endSilent } from '../../src/deliveries/heartbeat.ts';
import type { Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';

/** The deliveries that workers, living or dead, hold a claim on. */
export async function claimed(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    `select data ->> 'deliveryId' as id from pgboss.job where name = 'deliveries' and state = 'active'`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Makes the database believe that the owners of these claims have been silent for a minute: what 20 real seconds would do. */
export async function expire(pool: Pool, deliveryIds: Iterable<string>): Promise<void> {
  await pool.query(
    `update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'
     where name = 'deliveries' and state = 'active' and data ->> 'deliveryId' = any ($1)`,
    [[...deliveryIds]],
  );
}

/** The deliveries that workers gave up sending, as they say themselves, because they could not extend their leases. */
export function givenUp(processes: Command[]): Set<string> {
  const lines = processes.flatMap((command) => command.lines.filter(({ event }) => event === 'lease.lost'));
  return new Set(lines.flatMap(({ deliveries }) => deliveries as string[]));
}

/** Ends expired leases now, as a worker does every five seconds. Nobody else must hold any claim. */
export async function takeBack(pool: Pool): Promise<void> {
  const table = await findJobTable(pool);
  await until('no claim is left', async () => {
    await inTransaction(pool, (tx) => endSilent(tx, table ?? '', []));
    return (await claimed(pool)).size === 0;
  });
}
