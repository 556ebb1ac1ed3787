import type { Tx } from '../../database/transaction.ts';

/** What the fault of an event says then: what it was may name members of the payload. */
const ERASED = 'its payload was erased';

/**
 * Ends the fan-out of those of some events that have not all of their deliveries yet: no other
 * delivery of them is ever made, by whoever has read them already. Those that applications emitted
 * and for which nobody has chosen yet go to nobody. What was posted behind one of them with its
 * ordering key waits for it no longer.
 */
export async function stopFanOuts(tx: Tx, ids: string[]): Promise<void> {
  await tx.query(
    `with locked as materialized (
       select id from events
       where id = any (array(select unnest($1::uuid[])))
         and (outbox_place is not null or recipients is not null)
       order by id for update
     )
     update events set outbox_place = null, recipients = null, deliveries = fanned_out,
       fault = case when deliveries is null then $2 else fault end
     where id = any (array(select id from locked))`,
    [ids, ERASED],
  );
}

/**
 * Removes the payloads of some events, whose deliveries have lost theirs, and whose fan-out has
 * ended. @returns the ids of those that had one.
 */
export async function eraseEvents(tx: Tx, ids: string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with locked as materialized (
       select id from events
       where id = any (array(select unnest($1::uuid[]))) and payload_removed_at is null
       order by id for update
     )
     update events set payload = '', payload_removed_at = now(),
       fault = case when fault is not null then $2 end
     where id = any (array(select id from locked)) and payload_removed_at is null
     returning id`,
    [ids, ERASED],
  );
  return rows.map(({ id }) => id);
}
