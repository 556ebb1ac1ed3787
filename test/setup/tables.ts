import type { Queryable } from '../../src/database/pool.ts';

export type DeliveryRow = {
  status: string;
  delivery_attempts: number;
  held_reason: string | null;
  failed_reason: string | null;
  held: boolean;
  waitSeconds: number;
};

export async function deliveryRow(db: Queryable, id: string): Promise<DeliveryRow | undefined> {
  const { rows } = await db.query<DeliveryRow>(
    `select status, delivery_attempts, held_reason, failed_reason, parked_at is not null as held,
       extract(epoch from scheduled_at - now())::float8 as "waitSeconds"
     from deliveries where id = $1`,
    [id],
  );
  return rows[0];
}

export type JobRow = {
  id: string;
  deliveryId: string;
  webhookId: string;
  state: string;
  waitSeconds: number;
};

/** All jobs that there are, the first due first. */
export async function jobs(db: Queryable): Promise<JobRow[]> {
  const { rows } = await db.query<JobRow>(
    `select id, data->>'deliveryId' as "deliveryId", group_id as "webhookId", state::text as state,
       extract(epoch from start_after - now())::float8 as "waitSeconds"
     from postmand_queue.job where name = 'deliveries' order by start_after, created_on, id`,
  );
  return rows;
}

export async function count(
  db: Queryable,
  table:
    | 'webhooks'
    | 'deliveries'
    | 'delivery_attempts'
    | 'idempotency_keys'
    | 'operations'
    | 'events'
    | 'postmand_queue.job',
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count from ${table}`,
  );
  return rows[0]?.count ?? 0;
}

/**
 * As if the owner of a job had vanished and another one had claimed it. @returns the generation of
 * that claim.
 */
export async function takeOver(db: Queryable, jobId: string): Promise<string> {
  const { rows } = await db.query<{ generation: string }>(
    `update postmand_queue.job
     set retry_count = retry_count + 1, started_on = now(), heartbeat_on = now()
     where id = $1
     returning (extract(epoch from started_on) * 1000000)::bigint::text as generation`,
    [jobId],
  );
  return rows[0]?.generation ?? '';
}
