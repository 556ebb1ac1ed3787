import type { Tx } from '../../database/transaction.ts';
import { daysAgo, type Removal } from './look.ts';

/**
 * Those of some deliveries that may go at this moment, locked: each may have been made pending
 * again since it was looked at. One that somebody else has is passed over.
 */
const OVER = `select id, ctid from deliveries
  where id = any (array(select unnest($1::uuid[]))) and status = $2 and not is_head
    and updated_at <= ${daysAgo('$3')}`;

/**
 * Removes those of some deliveries that have ended with this status so many days ago, with their
 * attempts. A head stays, as it may block its ordering key. @returns how many.
 */
export async function removeEnded(tx: Tx, ids: string[], removal: Removal): Promise<number> {
  const { rowCount } = await tx.query(
    `with over as materialized (${OVER} order by id for update skip locked)
     delete from deliveries where ctid = any (array(select ctid from over))`,
    [ids, removal.status, removal.days],
  );
  return rowCount ?? 0;
}

/**
 * Removes the payloads of the same. `updated_at` stays, as it says when they ended.
 * @returns the ids of those that had one.
 */
export async function removePayloads(tx: Tx, ids: string[], removal: Removal): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with over as materialized (
       ${OVER} and payload_removed_at is null order by id for update skip locked
     )
     update deliveries set payload = '', payload_removed_at = now()
     where ctid = any (array(select ctid from over))
     returning id`,
    [ids, removal.status, removal.days],
  );
  return rows.map(({ id }) => id);
}
