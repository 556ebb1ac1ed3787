import type { Tx } from '../database/transaction.ts';
import { daysAgo, overSecondsSql, type Looked, type Stretch } from '../deliveries/removing/look.ts';

/** Attempts of this outcome, whose deliveries ended so many days ago. */
export type AttemptRemoval = { success: boolean; days: number };

/**
 * Attempts that were made so many days ago, in the order of the index: those of a delivery that has
 * not ended, or has ended later, stay.
 */
export async function lookAtAttempts(
  tx: Tx,
  { success, days }: AttemptRemoval,
  { after, limit }: Stretch,
): Promise<Looked[]> {
  const { rows } = await tx.query<Looked>(
    `select id, created_at,
       (select ${overSecondsSql('d', '$2')} from deliveries d where d.id = attempt.delivery_id)
         as "overSeconds", 1 as weight
     from delivery_attempts attempt
     where success = $1 and (created_at, id) > ($3, $4) and created_at <= ${daysAgo('$2')}
     order by created_at, id limit $5`,
    [success, days, after.created_at, after.id, limit],
  );
  return rows;
}

/**
 * Removes those of some attempts whose deliveries ended so many days ago. One that somebody else
 * removes is passed over. A delivery that is made pending again in this moment may lose those that
 * it had before, and nothing else. @returns how many.
 */
export async function removeAttempts(
  tx: Tx,
  ids: string[],
  { days }: AttemptRemoval,
): Promise<number> {
  const { rowCount } = await tx.query(
    `with over as materialized (
       select attempt.ctid from delivery_attempts attempt
       where id = any (array(select unnest($1::uuid[]))) and (
         select ${overSecondsSql('d', '$2')} from deliveries d where d.id = attempt.delivery_id
       ) is not null
       order by id for update skip locked
     )
     delete from delivery_attempts where ctid = any (array(select ctid from over))`,
    [ids, days],
  );
  return rowCount ?? 0;
}

/**
 * Empties request and response of all attempts of some deliveries, which the transaction has
 * locked. What came of them stays: status, duration, error and time.
 */
export async function removeTexts(tx: Tx, deliveryIds: string[]): Promise<void> {
  await tx.query(
    `update delivery_attempts set raw_request = '', raw_response = ''
     where delivery_id = any (array(select unnest($1::uuid[])))
       and (raw_request <> '' or raw_response <> '')`,
    [deliveryIds],
  );
}

/**
 * The same with the errors, which may quote what the other side said.
 * @returns the ids of the deliveries that had any.
 */
export async function eraseTexts(tx: Tx, deliveryIds: string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update delivery_attempts set raw_request = '', raw_response = '', error = ''
     where delivery_id = any (array(select unnest($1::uuid[])))
       and (raw_request <> '' or raw_response <> '' or error <> '')
     returning delivery_id as id`,
    [deliveryIds],
  );
  return rows.map(({ id }) => id);
}
