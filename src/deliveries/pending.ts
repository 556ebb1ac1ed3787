import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { shownReason, type HeldReason } from './delivery.ts';

/** A place in the order of overdue deliveries. */
export type OverdueKey = { scheduledAt: string; id: string };

/** A delivery past its time. */
export type Overdue = OverdueKey & { webhookId: string; test: boolean };

type OverdueStep = { overdueSeconds: number; after: OverdueKey; limit: number };

/**
 * Up to `limit` pending deliveries that should have been sent `overdueSeconds` ago, after `after`
 * in the order of their time. They are read in the order of the index of what is due: where the
 * table was written in another order, PostgreSQL would rather read all that is pending, also what
 * is held, and sort it. With statistics from before a backlog was held, it would not know better.
 */
export async function findOverdue(
  tx: Tx,
  { overdueSeconds, after, limit }: OverdueStep,
): Promise<Overdue[]> {
  tx.later('set local enable_sort = off', []);
  const { rows } = await tx.query<Overdue>(
    `select id, webhook_id as "webhookId", scheduled_at as "scheduledAt", test
     from deliveries
     where status = 'pending' and parked_at is null
       and scheduled_at < now() - make_interval(secs => $1)
       and (scheduled_at, id) > ($2, $3)
     order by scheduled_at, id
     limit $4`,
    [overdueSeconds, after.scheduledAt, after.id, limit],
  );
  tx.later('set local enable_sort to default', []);
  return rows;
}

/** Locks those of the deliveries that are pending and not held, and that nobody else has. */
export async function lockPending(tx: Tx, ids: string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from deliveries
     where id = any ($1::uuid[]) and status = 'pending' and parked_at is null
     order by id for update skip locked`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

export type Backlog = {
  pending: number;
  oldestDueSeconds: number;
  held: Partial<Record<HeldReason, number>>;
};

type Counted = { reason: HeldReason | null; count: number; dueSeconds: number | null };

/**
 * Counts what is pending. Reads all of it, each half in an index of its own: for the background,
 * not for a request. One condition for both would read the whole table.
 */
export async function countBacklog(db: Queryable): Promise<Backlog> {
  const { rows } = await db.query<Counted>(
    `select null as reason, count(*)::integer as count,
       extract(epoch from now() - min(scheduled_at))::float8 as "dueSeconds"
     from deliveries where status = 'pending' and parked_at is null
     union all
     select held_reason, count(*)::integer, extract(epoch from now() - min(scheduled_at))::float8
     from deliveries where parked_at is not null
     group by held_reason`,
  );
  // Those held for no reason that anybody is told are simply pending.
  const pending = rows.filter(({ reason }) => shownReason(reason) === null);
  // What was redelivered with many others waits behind the rest as it should: it is not late.
  const due = pending.filter(({ reason }) => reason !== 'redelivery');
  return {
    pending: pending.reduce((sum, { count }) => sum + count, 0),
    oldestDueSeconds: Math.max(0, ...due.map(({ dueSeconds }) => dueSeconds ?? 0)),
    held: Object.fromEntries(
      rows.flatMap(({ reason, count }) => (reason ? [[reason, count]] : [])),
    ),
  };
}
