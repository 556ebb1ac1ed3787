import type { Pool, Queryable } from '../../src/database/pool.ts';
import { GENERATION } from '../../src/queue/claim-statement.ts';
import type { GateRow, PermitRow } from './gate-rules.ts';

const JOBS = `
  select singleton_key, count(*)::integer as jobs from postmand_queue.job
  where name = 'deliveries' and state in ('created', 'retry', 'active') group by singleton_key`;

const COLUMNS = `d.id, d.webhook_id, d.status, d.parked_at is not null as held, d.held_reason,
  d.is_head, d.ordering_key, d.sequence::float8 as sequence, d.failed_reason,
  d.delivery_attempts, d.unbudgeted_attempts,
  coalesce((to_jsonb(d) ->> 'redeliveries')::integer, 0) as redeliveries,
  to_jsonb(d) ->> 'outbox_place' is not null as waits, w.max_delivery_attempts as max,
  w.ordering_on_failure = 'block' as blocks, coalesce(live.jobs, 0) as jobs`;

/** All deliveries, when nothing changes any more. */
export async function allRows(pool: Pool): Promise<GateRow[]> {
  const { rows } = await pool.query<GateRow>(
    `select ${COLUMNS}, (
       select count(*)::integer from delivery_attempts a where a.delivery_id = d.id and a.probe
     ) as probes
     from deliveries d
     join webhooks w on w.id = d.webhook_id
     left join (${JOBS}) as live on live.singleton_key = d.id::text`,
  );
  return rows;
}

/**
 * Up to `limit` deliveries that are pending or the head of a key, as they are in one moment. Their
 * probes are not counted.
 */
export async function pendingRows(db: Queryable, limit: number): Promise<GateRow[]> {
  const { rows } = await db.query<GateRow>(
    `select ${COLUMNS}, d.unbudgeted_attempts as probes
     from (
       select * from deliveries where status = 'pending' or is_head limit $1
     ) as d
     join webhooks w on w.id = d.webhook_id and w.deleted_at is null
     left join (${JOBS}) as live on live.singleton_key = d.id::text`,
    [limit],
  );
  return rows;
}

/** How many live jobs each webhook has. */
export async function jobCounts(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; count: number }>(
    `select group_id as id, count(*)::integer as count from postmand_queue.job
     where name = 'deliveries' and state in ('created', 'retry', 'active') group by group_id`,
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/** All permits that are left, those of claims that are over as well. */
export async function permitRows(pool: Pool): Promise<PermitRow[]> {
  const { rows } = await pool.query<PermitRow>(
    `select job_id, exists (
       select from postmand_queue.job
       where name = 'deliveries' and id = job_id and state = 'active'
         and ${GENERATION} = generation
     ) as "inUse"
     from webhook_permits`,
  );
  return rows;
}
