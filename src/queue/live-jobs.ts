import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { QUEUE, SCHEMA } from './names.ts';

/** Live jobs of a webhook: all, and those that are due within some time. */
export type LiveJobs = { total: number; near: number };

/**
 * Counts the live jobs of each webhook, waiting or claimed, and those of them that are due within
 * `nearSeconds`. Reads the whole queue, which is small: 10 ms for 20,000 jobs.
 */
export async function countLiveJobs(
  db: Queryable,
  nearSeconds: number,
): Promise<Map<string, LiveJobs>> {
  const { rows } = await db.query<LiveJobs & { webhookId: string }>(
    `select group_id as "webhookId", count(*)::integer as total,
       count(*) filter (where start_after <= now() + make_interval(secs => $1))::integer as near
     from ${SCHEMA}.job
     where name = '${QUEUE}' and state <= 'active' and group_id is not null
     group by group_id`,
    [nearSeconds],
  );
  return new Map(rows.map(({ webhookId, total, near }) => [webhookId, { total, near }]));
}

/**
 * Takes up to `limit` waiting jobs of a webhook out of the queue: those that are due last. A job
 * that was claimed before stays, as it knows of that.
 * @returns their deliveries, which are to be held in this transaction.
 */
export async function removeLastJobs(tx: Tx, webhookId: string, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with last as (
       select id from ${SCHEMA}.job
       where name = '${QUEUE}' and group_id = $1 and state = 'created' and started_on is null
         and not (data ? 'deaths' or data ? 'doubt')
       order by start_after desc, created_on desc limit $2
       for update skip locked
     )
     delete from ${SCHEMA}.job
     where name = '${QUEUE}' and id = any (array(select id from last))
     returning singleton_key as id`,
    [webhookId, limit],
  );
  return rows.map(({ id }) => id);
}
