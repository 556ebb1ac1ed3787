import type { Tx } from '../../database/transaction.ts';
import { failDeliveries, type FailedDelivery } from '../fail.ts';

/**
 * Removes the payloads of some deliveries, whatever they stand at. A pending one fails, so that no
 * worker records anything of it any more; when it ended stays as it is of the others. All are
 * locked first: a redelivery has either made one pending by then, or finds it without a payload.
 * @returns the ids of those that had one, and those that failed.
 */
export async function erasePayloads(
  tx: Tx,
  ids: string[],
): Promise<{ erased: string[]; failed: FailedDelivery[] }> {
  if (ids.length === 0) return { erased: [], failed: [] };
  await tx.query('select from deliveries where id = any ($1::uuid[]) order by id for update', [
    ids,
  ]);
  const failed = await failDeliveries(tx, ids, { reason: 'erased' });
  const { rows } = await tx.query<{ id: string }>(
    `update deliveries set payload = '', payload_removed_at = now()
     where id = any (array(select unnest($1::uuid[]))) and payload_removed_at is null
     returning id`,
    [ids],
  );
  return { erased: rows.map(({ id }) => id), failed };
}
