import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { QUEUE, SCHEMA, TEST_PRIORITY } from './names.ts';

/** Live jobs of a webhook: all, and those that are due within some time. */
export type LiveJobs = { total: number; near: number };

/**
 * Counts the live jobs of each webhook, waiting or claimed, and those of them that are due within
 * `nearSeconds`. Reads the whole queue: 0.5 ms of CPU for 1,000 jobs, and 53 ms for 100,000. Where
 * it has no more than `moreThan` jobs, of which a small index tells, the result is empty.
 */
export async function countLiveJobs(
  db: Queryable,
  nearSeconds: number,
  moreThan = 0,
): Promise<Map<string, LiveJobs>> {
  const { rows } = await db.query<LiveJobs & { webhookId: string }>(
    `select group_id as "webhookId", count(*)::integer as total,
       count(*) filter (where start_after <= now() + make_interval(secs => $1))::integer as near
     from ${SCHEMA}.job
     where name = '${QUEUE}' and state in ('created', 'retry', 'active') and group_id is not null
       and ${hasMoreJobs('$2')}
     group by group_id`,
    [nearSeconds, moreThan],
  );
  return new Map(rows.map(({ webhookId, total, near }) => [webhookId, { total, near }]));
}

/** How many live jobs there are, up to `most`. */
export async function countJobs(db: Queryable, most: number): Promise<number> {
  const { rows } = await db.query<{ jobs: number }>(
    `select count(*)::integer as jobs from (
       select from ${SCHEMA}.job
       where name = '${QUEUE}' and state in ('created', 'retry', 'active')
       limit $1
     ) as live`,
    [most],
  );
  return rows[0]?.jobs ?? 0;
}

/** As an expression of SQL: the queue has more live jobs than `count`, a parameter. */
export const hasMoreJobs = (count: string) => `${count}::integer < (
  select count(*) from (
    select from ${SCHEMA}.job
    where name = '${QUEUE}' and state in ('created', 'retry', 'active')
    limit ${count}::integer + 1
  ) as live
)`;

/** The same for one webhook. */
export async function countLiveJobsOf(
  db: Queryable,
  webhookId: string,
  nearSeconds: number,
): Promise<LiveJobs> {
  const { rows } = await db.query<LiveJobs>(
    `select count(*)::integer as total,
       count(*) filter (where start_after <= now() + make_interval(secs => $2))::integer as near
     from ${SCHEMA}.job
     where name = '${QUEUE}' and state <= 'active' and group_id = $1`,
    [webhookId, nearSeconds],
  );
  return rows[0] ?? { total: 0, near: 0 };
}

/**
 * Up to `limit` waiting jobs of a webhook: those that were redelivered with many others, and then
 * those that are due last. A job that was claimed before is left out, as it knows of that, and so
 * are those of tests, which nothing holds. Reads the whole queue.
 * @returns their ids.
 */
export async function findLastJobs(
  db: Queryable,
  webhookId: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from ${SCHEMA}.job
     where name = '${QUEUE}' and group_id = $1 and priority <> ${TEST_PRIORITY} and ${IS_UNTOUCHED}
     order by priority, start_after desc, created_on desc limit $2`,
    [webhookId, limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Takes jobs that nobody has claimed since they were found out of the queue.
 * @returns their deliveries, which are to be held in this transaction.
 */
export async function removeJobs(tx: Tx, jobIds: string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with free as (
       select id from ${SCHEMA}.job
       where name = '${QUEUE}' and id = any ($1::uuid[]) and ${IS_UNTOUCHED}
       for update skip locked
     )
     delete from ${SCHEMA}.job
     where name = '${QUEUE}' and id = any (array(select id from free))
     returning singleton_key as id`,
    [jobIds],
  );
  return rows.map(({ id }) => id);
}

const IS_UNTOUCHED = `state = 'created' and started_on is null
  and not (data ? 'deaths' or data ? 'doubt')`;
