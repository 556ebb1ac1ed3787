import type { Tx } from '../../database/transaction.ts';
import { isLeftAlone, isUnread } from './look.ts';

/**
 * Removes those of some events that were created so many days ago and of which no delivery is left.
 * One that somebody else has is passed over. @returns how many.
 */
export async function removeEvents(tx: Tx, ids: string[], days: number): Promise<number> {
  const { rowCount } = await tx.query(
    `with over as materialized (
       select ctid from events e
       where id = any (array(select unnest($1::uuid[]))) and ${isLeftAlone('e', '$2')}
       order by id for update skip locked
     )
     delete from events where ctid = any (array(select ctid from over))`,
    [ids, days],
  );
  return rowCount ?? 0;
}

/** What the fault of an event says then: what it was may name members of the payload. */
const REMOVED = 'its payload was removed';

/** Removes the payloads of those that no delivery shows any more. @returns how many. */
export async function removeEventPayloads(tx: Tx, ids: string[], days: number): Promise<number> {
  const { rowCount } = await tx.query(
    `with over as materialized (
       select ctid from events e
       where id = any (array(select unnest($1::uuid[]))) and ${isUnread('e', '$2')}
       order by id for update skip locked
     )
     update events set payload = '', payload_removed_at = now(),
       fault = case when fault is not null then $3 end
     where ctid = any (array(select ctid from over))`,
    [ids, days, REMOVED],
  );
  return rowCount ?? 0;
}
