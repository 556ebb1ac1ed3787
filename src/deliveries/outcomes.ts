import type { Tx } from '../database/transaction.ts';
import { isQuietSql, type FailedReason, type Status } from './delivery.ts';
import { ageStartSql, expirySql } from './expiry.ts';
import { heldReasonSql } from './may-run.ts';

/**
 * What attempt number `attempt` made of a delivery. `delaySeconds` is the time to the next one;
 * null: there is none.
 */
export type Outcome = {
  deliveryId: string;
  attempt: number;
  status: Status;
  failedReason: FailedReason | null;
  delaySeconds: number | null;
  /** What its next job is to know of claims that ran out. */
  crashes: number;
  /** The delivery has an ordering key. */
  isKeyed: boolean;
  /** It does not count against the attempts that are allowed. */
  unbudgeted: boolean;
};

/**
 * What was recorded: how old its delivery is, whether that is held from now on, for a reason that
 * the API shows (`isShownHeld`) or for another, and the ordering key that has no head any more,
 * with whether another delivery of it waits. `isExpired`: it failed after all, as its next attempt
 * would have come too late.
 */
export type Recorded = {
  ageSeconds: number;
  isHeld: boolean;
  isShownHeld: boolean;
  isExpired: boolean;
  freedKey: string | null;
  hasNext: boolean;
};

/**
 * Records outcomes on deliveries that are still pending and have had `attempt` − 1 attempts; others
 * are left alone. One that has a next attempt and may not run is held, and one that will have
 * expired by then fails.
 * @returns what was recorded, by the id of the delivery.
 */
export async function recordOutcomes(tx: Tx, outcomes: Outcome[]): Promise<Map<string, Recorded>> {
  // Most batches end deliveries without a key, and nothing else: then nobody asks what may run.
  const rows = outcomes.every(isPlainEnd)
    ? await recordEnds(tx, outcomes)
    : await recordAll(tx, outcomes);
  return new Map(rows.map(({ id, ...recorded }) => [id, recorded]));
}

function isPlainEnd({ status, isKeyed, unbudgeted }: Outcome): boolean {
  return status !== 'pending' && !isKeyed && !unbudgeted;
}

type RecordedRow = Recorded & { id: string };

/** What `recordAll` would ask the database for is known of a delivery that has come to its end. */
async function recordEnds(tx: Tx, outcomes: Outcome[]): Promise<RecordedRow[]> {
  const { rows } = await tx.query<Pick<RecordedRow, 'id' | 'ageSeconds'>>(ENDS, [
    outcomes.map(({ deliveryId }) => deliveryId),
    outcomes.map(({ attempt }) => attempt),
    outcomes.map(({ status }) => status),
    outcomes.map(({ failedReason }) => failedReason),
  ]);
  const nowhere = { freedKey: null, hasNext: false };
  const end = { isHeld: false, isShownHeld: false, isExpired: false, ...nowhere };
  return rows.map((row) => ({ ...row, ...end }));
}

async function recordAll(tx: Tx, outcomes: Outcome[]): Promise<RecordedRow[]> {
  const { rows } = await tx.query<RecordedRow>(OUTCOMES, [
    outcomes.map(({ deliveryId }) => deliveryId),
    outcomes.map(({ attempt }) => attempt),
    outcomes.map(({ status }) => status),
    outcomes.map(({ delaySeconds }) => delaySeconds),
    outcomes.map(({ failedReason }) => failedReason),
    outcomes.map(({ crashes }) => crashes),
    outcomes.map(({ unbudgeted }) => unbudgeted),
  ]);
  return rows;
}

/** A failed head blocks its key where its webhook, `w`, asks for that. */
export const BLOCKS = `w.ordering_on_failure = 'block'`;

const RECORD = `update deliveries
  set status = came.status, delivery_attempts = came.attempt, failed_reason = came.failed_reason,
    isolated_by = null, updated_at = now()`;

/** Those that are recorded, and how old their deliveries are. */
const OF_THEM = `where deliveries.id = came.id
    and deliveries.status = 'pending'
    and deliveries.delivery_attempts = came.attempt - 1
  returning deliveries.id,
    extract(epoch from now() - ${ageStartSql('deliveries')})::float8 as "ageSeconds"`;

/**
 * In this form PostgreSQL keeps the plan. Where it sees that the list is short, it plans for that
 * each time: 0.35 ms for one delivery.
 */
const IS_ONE_OF = 'id = any (array(select unnest($1::uuid[])))';

/**
 * Without a next attempt, and without the columns that tell of keys: to plan those cost 80 µs, and
 * this takes 600 µs for 16 deliveries.
 */
const ENDS = `with locked as (
    select id from deliveries where ${IS_ONE_OF} order by id for update
  )
  ${RECORD}
  from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
    as came (id, attempt, status, failed_reason)
  join locked on locked.id = came.id
  ${OF_THEM}`;

const OUTCOMES = `with locked as (
    select id, webhook_id, created_at, send_at, expires_at, redelivered_at
    from deliveries where ${IS_ONE_OF} order by id for update
  ), outcome as (
    select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[], $5::text[],
        $6::integer[], $7::boolean[])
      as outcome (id, attempt, status, delay, failed_reason, crashes, unbudgeted)
  ), came as (
    select id, attempt, crashes, unbudgeted, blocks,
      case when late then 'failed' else status end as status,
      case when not late then delay end as delay,
      case when late then 'expired' else failed_reason end as failed_reason,
      case when status = 'pending' and not late then held_reason end as held_reason
    from (
      select outcome.*, ${BLOCKS} as blocks,
        coalesce(now() + make_interval(secs => outcome.delay)
          >= ${expirySql({ delivery: 'locked', webhook: 'w' })}, false) as late,
        ${heldReasonSql({ webhook: 'w', state: 's' }, { wait: 'outcome.delay' })} as held_reason
      from outcome
      join locked on locked.id = outcome.id
      join webhooks w on w.id = locked.webhook_id
      left join webhook_states s on s.webhook_id = w.id
    ) as judged
  )
  ${RECORD}, crashes = came.crashes,
    unbudgeted_attempts = deliveries.unbudgeted_attempts + came.unbudgeted::integer,
    is_head = deliveries.is_head
      and (came.status = 'pending' or came.status = 'failed' and came.blocks),
    scheduled_at = coalesce(now() + make_interval(secs => came.delay), scheduled_at),
    held_reason = came.held_reason,
    parked_at = case when came.held_reason is not null then now() end
  from came
  ${OF_THEM},
    deliveries.parked_at is not null as "isHeld",
    not ${isQuietSql('deliveries.held_reason')} as "isShownHeld",
    deliveries.failed_reason is not distinct from 'expired' as "isExpired",
    case when deliveries.status <> 'pending' and not deliveries.is_head
      then deliveries.ordering_key end as "freedKey",
    case when deliveries.ordering_key is not null then exists (
      select from deliveries next
      where next.webhook_id = deliveries.webhook_id
        and next.ordering_key = deliveries.ordering_key
        and next.status = 'pending' and next.id <> deliveries.id and next.sequence is not null
    ) else false end as "hasNext"`;

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
