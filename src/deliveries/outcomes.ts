import type { Tx } from '../database/transaction.ts';
import type { Status } from './delivery.ts';

/**
 * What attempt number `attempt` made of a delivery. `delaySeconds` is the time to the next one;
 * null: there is none.
 */
export type Outcome = {
  deliveryId: string;
  attempt: number;
  status: Status;
  delaySeconds: number | null;
};

/**
 * Records outcomes on deliveries that are still pending and have had `attempt` − 1 attempts; others
 * are left alone.
 * @returns the ids recorded, with the seconds since each delivery was accepted.
 */
export async function recordOutcomes(tx: Tx, outcomes: Outcome[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ id: string; age: number }>(
    `with locked as (
       select id from deliveries where id = any ($1::uuid[]) order by id for update
     )
     update deliveries
     set status = outcome.status, delivery_attempts = outcome.attempt, isolated_by = null,
       updated_at = now(),
       scheduled_at = coalesce(now() + make_interval(secs => outcome.delay), scheduled_at)
     from unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[])
       as outcome (id, attempt, status, delay)
     join locked on locked.id = outcome.id
     where deliveries.id = outcome.id
       and deliveries.status = 'pending'
       and deliveries.delivery_attempts = outcome.attempt - 1
     returning deliveries.id, extract(epoch from now() - deliveries.created_at)::float8 as age`,
    [
      outcomes.map(({ deliveryId }) => deliveryId),
      outcomes.map(({ attempt }) => attempt),
      outcomes.map(({ status }) => status),
      outcomes.map(({ delaySeconds }) => delaySeconds),
    ],
  );
  return new Map(rows.map(({ id, age }) => [id, age]));
}

/**
 * Ends pending deliveries that have had all their attempts already; their jobs end in the same
 * transaction.
 */
export async function exhaustDeliveries(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update deliveries set status = 'failed', isolated_by = null, updated_at = now()
     where id = any ($1::uuid[]) and status = 'pending'`,
    [ids],
  );
}

/** Moves pending deliveries to a time from now; they get a job for it in the same transaction. */
export async function postponeDeliveries(
  tx: Tx,
  ids: string[],
  delaySeconds: number,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update deliveries set scheduled_at = now() + make_interval(secs => $2), updated_at = now()
     where id = any ($1::uuid[]) and status = 'pending'`,
    [ids, delaySeconds],
  );
}
