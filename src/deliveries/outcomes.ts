import type { Tx } from '../database/transaction.ts';
import type { Status } from './delivery.ts';
import { heldReasonSql } from './may-run.ts';
import type { OrderingKey } from './order/ordering-key.ts';

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
  /** The delivery has an ordering key. */
  isKeyed: boolean;
};

/**
 * What was recorded: how old its delivery is, whether that is held from now on, and the ordering
 * key that has no head any more.
 */
export type Recorded = { ageSeconds: number; isHeld: boolean; freedKey: string | null };

/**
 * Records outcomes on deliveries that are still pending and have had `attempt` − 1 attempts; others
 * are left alone. One that has a next attempt and may not run is held.
 * @returns what was recorded, by the id of the delivery.
 */
export async function recordOutcomes(tx: Tx, outcomes: Outcome[]): Promise<Map<string, Recorded>> {
  // Most batches have nothing but successes without a key: then nobody asks what may run.
  const asks = outcomes.some(({ status, isKeyed }) => status === 'pending' || isKeyed);
  const { rows } = await tx.query<Recorded & { id: string }>(
    `with locked as (
       select id, webhook_id from deliveries where id = any ($1::uuid[]) order by id for update
     )
     update deliveries
     set status = outcome.status, delivery_attempts = outcome.attempt, isolated_by = null,
       updated_at = now(),
       scheduled_at = coalesce(now() + make_interval(secs => outcome.delay), scheduled_at)
       ${asks ? HOLD : ''}
     from unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[], $5::integer[])
       as outcome (id, attempt, status, delay, crashes)
     join locked on locked.id = outcome.id
     ${asks ? WITH_REASON : ''}
     where deliveries.id = outcome.id
       and deliveries.status = 'pending'
       and deliveries.delivery_attempts = outcome.attempt - 1
     returning deliveries.id, deliveries.parked_at is not null as "isHeld",
       case when deliveries.status <> 'pending' and not deliveries.is_head
         then deliveries.ordering_key end as "freedKey",
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

/** A failed head blocks its key where its webhook asks for that. */
const BLOCKS = `w.ordering_on_failure = 'block'`;

const HOLD = `, crashes = outcome.crashes,
  is_head = deliveries.is_head
    and (outcome.status = 'pending' or outcome.status = 'failed' and ${BLOCKS}),
  held_reason = held.reason, parked_at = case when held.reason is not null then now() end`;

/**
 * Ends pending deliveries that have had all their attempts already; their jobs end in the same
 * transaction. @returns the ordering keys that have no head any more: they are to go on.
 */
export async function exhaustDeliveries(tx: Tx, ids: string[]): Promise<OrderingKey[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<OrderingKey & { isFree: boolean }>(
    `update deliveries
     set status = 'failed', isolated_by = null, updated_at = now(), is_head = is_head and ${BLOCKS}
     from webhooks w
     where deliveries.id = any ($1::uuid[]) and status = 'pending' and w.id = webhook_id
     returning webhook_id as "webhookId", ordering_key as key,
       ordering_key is not null and not is_head as "isFree"`,
    [ids],
  );
  return rows.flatMap(({ webhookId, key, isFree }) => (isFree ? [{ webhookId, key }] : []));
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
