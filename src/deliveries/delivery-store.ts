import { fillLongTexts, type Listed } from '../database/long-text.ts';
import { pageParameters, type Page } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { Delivery, HeldReason, Status } from './delivery.ts';

export type NewDelivery = { id: string; webhookId: string; payload: string };

/**
 * Stores deliveries of webhooks that exist, due now; one for an inactive webhook is held. With
 * `wait` false a webhook that another transaction is about to remove is passed over, so that it
 * holds nobody else up.
 * @returns those stored, in no order: a draft without a webhook is left out.
 */
export async function insertDeliveries(
  tx: Tx,
  drafts: NewDelivery[],
  wait: boolean,
): Promise<Delivery[]> {
  const { rows } = await tx.query<Delivery>(
    `with known as (
       select id, active from webhooks where id = any ($2::uuid[]) and deleted_at is null
       order by id for key share ${wait ? '' : 'skip locked'}
     )
     insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason, parked_at, created_at, updated_at)
     select draft.id, draft.webhook_id, draft.payload, now(), 0, 'pending',
       case when not known.active then 'webhook_inactive' end, case when not known.active then now() end, now(), now()
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as draft (id, webhook_id, payload)
     join known on known.id = draft.webhook_id
     returning id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason, created_at, updated_at`,
    [
      drafts.map(({ id }) => id),
      drafts.map(({ webhookId }) => webhookId),
      drafts.map(({ payload }) => payload),
    ],
  );
  return rows;
}

export async function findDelivery(db: Queryable, id: string): Promise<Delivery | undefined> {
  const { rows } = await db.query<Delivery>(
    `select id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason, created_at, updated_at
     from deliveries
     where id = $1
       and case when webhook_id = any (array(select w.id from webhooks w where w.deleted_at is not null)) then false else true end`,
    [id],
  );
  return rows[0];
}

export type DeliveryFilter = { webhookId?: string | undefined; status?: Status | undefined };

const LONG_PAYLOADS = {
  columns: ['payload'],
  size: 'select sum(octet_length(payload))::float8 as bytes from deliveries where id = any ($1::uuid[])',
  texts: 'select id, payload from deliveries where id = any ($1::uuid[])',
} as const;

/**
 * The newest first. A null parameter is no filter: the planner sees the values and drops what is
 * always true.
 * @throws PageTooLarge
 */
export async function listDeliveries(
  db: Queryable,
  filter: DeliveryFilter,
  page: Page,
): Promise<Delivery[]> {
  const { rows } = await db.query<Listed<Delivery, 'payload'>>(
    `select id, webhook_id, case when octet_length(payload) <= 32768 then payload end as payload, scheduled_at, delivery_attempts,
       status, held_reason, created_at, updated_at
     from deliveries
     where case when webhook_id = any (array(select w.id from webhooks w where w.deleted_at is not null)) then false else true end
       and ($1::uuid is null or webhook_id = $1)
       and ($2::text is null or status = $2)
       and ($3::timestamptz is null or created_at > $3)
       and ($4::timestamptz is null or created_at >= $4)
       and ($5::timestamptz is null or created_at < $5)
       and ($6::timestamptz is null or created_at <= $6)
     order by created_at desc, id desc
     limit $7 offset $8`,
    [filter.webhookId ?? null, filter.status ?? null, ...pageParameters(page)],
  );
  return fillLongTexts<Delivery, 'payload'>(db, rows, LONG_PAYLOADS);
}

/**
 * Removes a delivery and its attempts. Its job, where it has one, ends without a send when it comes
 * due.
 */
export async function deleteDelivery(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from deliveries where id = $1', [id]);
}

/**
 * Removes up to `limit` deliveries of a webhook, the newest first, passing over those that somebody
 * holds. @returns how many.
 */
export async function deleteDeliveriesOf(
  tx: Tx,
  webhookId: string,
  limit: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from deliveries
     where id in (select id from deliveries where webhook_id = $1 order by created_at desc, id desc limit $2 for update skip locked)`,
    [webhookId, limit],
  );
  return rowCount ?? 0;
}

/**
 * A delivery as a worker needs it. `waitSeconds` is the time until it is due: 0 or less when it is.
 * `bytes` is the length of its payload, which is left out, as null, where it is longer than 32 KiB.
 */
export type SendableDelivery = Pick<
  Delivery,
  'id' | 'webhook_id' | 'delivery_attempts' | 'status' | 'held_reason'
> & {
  payload: string | null;
  bytes: number;
  waitSeconds: number;
  /** The mark of an isolated send that was begun, and of which nobody has told the end. */
  isolated_by: string | null;
};

export async function findSendable(db: Queryable, ids: string[]): Promise<SendableDelivery[]> {
  const { rows } = await db.query<SendableDelivery>(
    `select id, webhook_id, case when octet_length(payload) <= 32768 then payload end as payload, octet_length(payload) as bytes,
       delivery_attempts, status, held_reason, isolated_by, extract(epoch from scheduled_at - now())::float8 as "waitSeconds"
     from deliveries
     where id = any ($1::uuid[])`,
    [ids],
  );
  return rows;
}

/** A payload, whatever its length. */
export async function findPayload(db: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ payload: string }>(
    'select payload from deliveries where id = $1',
    [id],
  );
  return rows[0]?.payload;
}

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
     set status = outcome.status, delivery_attempts = outcome.attempt, isolated_by = null, updated_at = now(),
       scheduled_at = coalesce(now() + make_interval(secs => outcome.delay), scheduled_at)
     from unnest($1::uuid[], $2::integer[], $3::text[], $4::float8[]) as outcome (id, attempt, status, delay)
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

/** Notes why pending deliveries are held; their jobs end in the same transaction. */
export async function holdDeliveries(tx: Tx, ids: string[], reason: HeldReason): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update deliveries set held_reason = $2, parked_at = now(), updated_at = now()
     where id = any ($1::uuid[]) and status = 'pending' and parked_at is null`,
    [ids, reason],
  );
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

/**
 * Active webhooks that have held deliveries. Steps from one webhook to the next in the index,
 * however many rows each has.
 */
export async function releasableWebhookIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive holder (webhook_id) as (
       (select webhook_id from deliveries where parked_at is not null order by webhook_id limit 1)
       union all
       select (select d.webhook_id from deliveries d
               where d.parked_at is not null and d.webhook_id > holder.webhook_id order by d.webhook_id limit 1)
       from holder
       where holder.webhook_id is not null
     )
     select webhooks.id
     from holder
     join webhooks on webhooks.id = holder.webhook_id
     where webhooks.active and webhooks.deleted_at is null`,
  );
  return rows.map(({ id }) => id);
}

export type WaitingDelivery = { deliveryId: string; webhookId: string; delaySeconds: number };

/**
 * Frees up to `limit` held deliveries of a webhook, those due first first.
 * @returns them, for the jobs that they get in this transaction.
 */
export async function releaseDeliveries(
  tx: Tx,
  webhookId: string,
  limit: number,
): Promise<WaitingDelivery[]> {
  const { rows } = await tx.query<WaitingDelivery>(
    `with held as (
       select id from deliveries where webhook_id = $1 and parked_at is not null
       order by scheduled_at, id limit $2 for update skip locked
     ), freed as (
       update deliveries set held_reason = null, parked_at = null, updated_at = now()
       from held
       where deliveries.id = held.id
       returning deliveries.id, deliveries.webhook_id, deliveries.scheduled_at
     )
     select id as "deliveryId", webhook_id as "webhookId", greatest(0, extract(epoch from scheduled_at - now()))::float8 as "delaySeconds"
     from freed
     order by scheduled_at, id`,
    [webhookId, limit],
  );
  return rows;
}

/** A place in the order of overdue deliveries. */
export type OverdueKey = { scheduledAt: string; id: string };

/**
 * Pending deliveries that should have been sent `overdueSeconds` ago, after `after` in order of
 * their time.
 */
export async function findOverdue(
  db: Queryable,
  overdueSeconds: number,
  after: OverdueKey,
  limit: number,
): Promise<(OverdueKey & { webhookId: string })[]> {
  const { rows } = await db.query<OverdueKey & { webhookId: string }>(
    `select id, webhook_id as "webhookId", scheduled_at as "scheduledAt"
     from deliveries
     where status = 'pending' and parked_at is null
       and scheduled_at < now() - make_interval(secs => $1)
       and (scheduled_at, id) > ($2, $3)
     order by scheduled_at, id
     limit $4`,
    [overdueSeconds, after.scheduledAt, after.id, limit],
  );
  return rows;
}

export type Backlog = {
  pending: number;
  oldestDueSeconds: number;
  held: Partial<Record<HeldReason, number>>;
};

/**
 * Counts what is pending. Reads all of it in two small indexes: for the background, not for a
 * request.
 */
export async function countBacklog(db: Queryable): Promise<Backlog> {
  const due = await db.query<{ pending: string; oldest: number }>(
    `select count(*) as pending, coalesce(greatest(0, extract(epoch from now() - min(scheduled_at))), 0)::float8 as oldest
     from deliveries
     where status = 'pending' and parked_at is null`,
  );
  const held = await db.query<{ reason: HeldReason; count: string }>(
    'select held_reason as reason, count(*) as count from deliveries where parked_at is not null group by held_reason',
  );
  return {
    pending: Number(due.rows[0]?.pending),
    oldestDueSeconds: due.rows[0]?.oldest ?? 0,
    held: Object.fromEntries(held.rows.map(({ reason, count }) => [reason, Number(count)])),
  };
}
