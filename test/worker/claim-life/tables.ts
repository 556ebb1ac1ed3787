import type { Queryable } from '../../../src/database/pool.ts';
import { deleteDeliveries } from '../../../src/deliveries/delivery-store.ts';
import { addDeliveryRows, addWebhook } from '../../setup/rows.ts';
import type { WorkerQueue } from '../../setup/worker-queue.ts';
import type { Event } from './event.ts';

/** The rows of one delivery, for what no function of ours does. */
export type Rows = { deliveryId: string; webhookId: string };

/** Long enough that nothing comes due by itself while the check runs. */
const LATER = { retry_min_backoff: 200, retry_max_backoff: 200 };

/** An accepted delivery of a webhook of its own. */
export async function addRows(worker: WorkerQueue, limit: number): Promise<Rows> {
  const { id: webhookId } = await addWebhook(worker, { max_delivery_attempts: limit, ...LATER });
  return worker.commit(async (tx) => {
    const [deliveryId = ''] = await addDeliveryRows(tx, [{ webhookId }]);
    await worker.queue.enqueue(tx, [{ deliveryId, webhookId, delaySeconds: 0 }]);
    return { deliveryId, webhookId };
  });
}

/** No row is left. */
export async function clear(db: Queryable): Promise<void> {
  await db.query(`delete from postmand_queue.job where name = 'deliveries'; delete from webhooks`);
}

/** What the owner of a webhook does, and what the check itself does to jobs. */
export async function change(
  { commit, pool }: WorkerQueue,
  rows: Rows,
  kind: Event['kind'],
): Promise<void> {
  if (kind === 'delete') await commit((tx) => deleteDeliveries(tx, [rows.deliveryId]));
  if (kind === 'activate' || kind === 'deactivate')
    await pool.query('update webhooks set active = $2 where id = $1', [
      rows.webhookId,
      kind === 'activate',
    ]);
  if (kind === 'lower' || kind === 'raise')
    await pool.query(
      'update webhooks set max_delivery_attempts = max_delivery_attempts + $2 where id = $1',
      [rows.webhookId, kind === 'raise' ? 1 : -1],
    );
  if (kind === 'early') await comeDue(pool, rows);
}

async function comeDue(db: Queryable, { deliveryId }: Rows): Promise<void> {
  await db.query(
    `update postmand_queue.job set start_after = now() where name = 'deliveries' and singleton_key = $1 and start_after > now()`,
    [deliveryId],
  );
}

/** A minute passes for all that waits. */
export async function pass(db: Queryable, { deliveryId }: Rows): Promise<void> {
  await comeDue(db, { deliveryId, webhookId: '' });
  await db.query(
    `update deliveries set scheduled_at = now() - interval '1 minute' where id = $1 and status = 'pending'`,
    [deliveryId],
  );
}

/** The owner of a job is not heard of for a minute. */
export async function age(db: Queryable, { deliveryId }: Rows): Promise<void> {
  await db.query(
    `update postmand_queue.job set heartbeat_on = now() - interval '1 minute'
     where name = 'deliveries' and singleton_key = $1 and state = 'active'`,
    [deliveryId],
  );
}

/** What a crash of PostgreSQL may undo in a job. */
export type Undoable = { state: string; startedOn: string | null; retryCount: number };

export async function undoable(db: Queryable, { deliveryId }: Rows): Promise<Undoable | undefined> {
  const { rows } = await db.query<Undoable>(
    `select state::text as state, started_on::text as "startedOn", retry_count as "retryCount"
     from postmand_queue.job where name = 'deliveries' and singleton_key = $1`,
    [deliveryId],
  );
  return rows[0];
}

/** Changes a job back to what it was. Its heartbeat is as fresh as its owner keeps it. */
export async function undo(
  db: Queryable,
  { deliveryId }: Rows,
  { state, startedOn, retryCount }: Undoable,
): Promise<void> {
  await db.query(
    `update postmand_queue.job set state = $2::text::postmand_queue.job_state, started_on = $3,
       retry_count = $4,
       heartbeat_on = case when $2 = 'active' then now() end
     where name = 'deliveries' and singleton_key = $1`,
    [deliveryId, state, startedOn, retryCount],
  );
}

/** All that the database has of one delivery. */
export type Seen = {
  row: {
    status: string;
    mark: string | null;
    attempts: number;
    held: boolean;
    time: 'later' | 'due' | 'overdue';
  } | null;
  jobs: {
    active: boolean;
    due: boolean;
    retries: number;
    startedOn: string | null;
    data: { deaths?: number; doubt?: string };
  }[];
  /** Which sends were recorded, or what is said instead. */
  recorded: string[];
};

export async function look(db: Queryable, { deliveryId }: Rows): Promise<Seen> {
  const { rows } = await db.query<Seen>(
    `select
       (select json_build_object('status', status, 'mark', isolated_by,
          'attempts', delivery_attempts, 'held', held_reason is not null,
          'time', case when scheduled_at > now() then 'later'
            when scheduled_at < now() - interval '30 seconds' then 'overdue' else 'due' end)
        from deliveries where id = $1::uuid) as row,
       (select coalesce(json_agg(json_build_object('active', state = 'active',
          'due', start_after <= now(), 'retries', retry_count,
          'startedOn', started_on::text, 'data', data)), '[]')
        from postmand_queue.job
         where name = 'deliveries' and data ->> 'deliveryId' = $1::text) as jobs,
       (select coalesce(json_agg(
           coalesce(substring(raw_response || error from 'send [0-9]+'), error) order by created_at
         ), '[]')
        from delivery_attempts where delivery_id = $1::uuid) as recorded`,
    [deliveryId],
  );
  return rows[0] as Seen;
}
