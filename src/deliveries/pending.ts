import type { Queryable } from '../database/pool.ts';
import type { HeldReason } from './delivery.ts';

/** A place in the order of overdue deliveries. */
export type OverdueKey = { scheduledAt: string; id: string };

type OverdueStep = { overdueSeconds: number; after: OverdueKey; limit: number };

/**
 * Up to `limit` pending deliveries that should have been sent `overdueSeconds` ago, after `after`
 * in the order of their time.
 */
export async function findOverdue(
  db: Queryable,
  { overdueSeconds, after, limit }: OverdueStep,
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
    `select count(*) as pending,
       coalesce(greatest(0, extract(epoch from now() - min(scheduled_at))), 0)::float8 as oldest
     from deliveries
     where status = 'pending' and (parked_at is null or held_reason in ('later', 'backlog'))`,
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
