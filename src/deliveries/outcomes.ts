import type { Tx } from '../database/transaction.ts';
import type { Status } from './delivery.ts';
import { heldReasonSql } from './may-run.ts';

/**
 * What attempt number `attempt` made of a delivery. `delaySeconds` is the time to the next one;
 * null: there is none.
 */
export type Outcome = {
  deliveryId: string;
  attempt: number;
  status: Status;
  delaySeconds: number | null;
  /** What its next job is to know of claims that ran out. */
  crashes: number;
};

/** What was recorded: how old its delivery is, and whether that is held from now on. */
export type Recorded = { ageSeconds: number; isHeld: boolean };

/**
 * Records outcomes on deliveries that are still pending and have had `attempt` − 1 attempts; others
 * are left alone. One that has a next attempt and may not run is held.
 * @returns what was recorded, by the id of the delivery.
 */
export async function recordOutcomes(tx: Tx, outcomes: Outcome[]): Promise<Map<string, Recorded>> {
  // Most batches have nothing but successes: then nobody asks what may run.
  const mayBeHeld = outcomes.some(({ status }) => status === 'pending');
  const { rows } = await tx.query<Recorded & { id: string }>(
    `with locked as (
       select id, webhook_id from deliveries where id = any ($1::uuid[]) order by id for update
     )
     update deliveries
     set status = outcome.status, delivery_attempts = outcome.attempt, isolated_by = null,
       updated_at = now(),
       scheduled_at = coalesce(now() + make_interval(secs => outcome.delay), scheduled_at)
       ${mayBeHeld ? HOLD : ''}
     from unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[], $5::integer[])
       as outcome (id, attempt, status, delay, crashes)
     join locked on locked.id = outcome.id
     ${mayBeHeld ? WITH_REASON : ''}
     where deliveries.id = outcome.id
       and deliveries.status = 'pending'
       and deliveries.delivery_attempts = outcome.attempt - 1
     returning deliveries.id, deliveries.parked_at is not null as "isHeld",
       extract(epoch from now() - deliveries.created_at)::float8 as "ageSeconds"`,
    [
      outcomes.map(({ deliveryId }) => deliveryId),
      outcomes.map(({ attempt }) => attempt),
      outcomes.map(({ status }) => status),
      outcomes.map(({ delaySeconds }) => delaySeconds),
      outcomes.map(({ crashes }) => crashes),
    ],
  );
  return new Map(rows.map(({ id, ...recorded }) => [id, recorded]));
}

const WITH_REASON = `
  join webhooks w on w.id = locked.webhook_id
  left join webhook_states s on s.webhook_id = w.id
  cross join lateral (
    select case when outcome.status = 'pending'
      then ${heldReasonSql({ webhook: 'w', state: 's' }, { wait: 'outcome.delay' })} end as reason
  ) as held`;

const HOLD = `, crashes = outcome.crashes,
  held_reason = held.reason, parked_at = case when held.reason is not null then now() end`;

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
