import type { ClientBase, Pool } from 'pg';
import { PAYLOAD_SQL } from './payload.ts';

/** Rows that go in with one statement, so that there is progress to show. */
const STEP = 20_000;

export type Fill = {
  webhookIds: string[];
  from?: number;
  count: number;
  onRows: (done: number) => void;
};

/**
 * Puts in finished deliveries number `from` to `count`, each with its attempt, spread over the
 * webhooks. One in ten failed. Times are distinct, a tenth of a second apart, and start before now.
 * Payloads have 200 bytes, so that a million fit anywhere.
 */
export async function insertFinished(
  pool: Pool,
  { webhookIds, from = 1, count, onRows }: Fill,
): Promise<void> {
  await inSteps(pool, { from, count, onRows }, async (client, low, high) => {
    await client.query(
      `with finished as (
         insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, created_at, updated_at)
         select gen_random_uuid(), ($1::uuid[])[1 + i % cardinality($1::uuid[])], rpad('{"number":' || i || '}', 200), at, 1,
           case when i / cardinality($1::uuid[]) % 10 = 0 then 'failed' else 'succeeded' end, at, at
         from generate_series($2::int, $3::int) as i,
           lateral (select date_trunc('day', now()) - interval '30 days' + i * interval '100 milliseconds' as at) as moment
         returning id, webhook_id, payload, status, created_at
       )
       insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response, response_status_code,
         execution_duration, success, error, created_at)
       select gen_random_uuid(), webhook_id, id, 'POST / HTTP/1.1' || payload, 'HTTP/1.1 200 OK',
         case when status = 'succeeded' then 200 else 500 end, 10, status = 'succeeded', '', created_at
       from finished`,
      [webhookIds, low, high],
    );
  });
}

/**
 * Puts in deliveries that failed once and wait for their retry, from a day from now on, each at a
 * time of its own. No jobs.
 */
export async function insertDeferred(
  pool: Pool,
  { webhookIds, count, onRows }: Fill,
): Promise<void> {
  await inSteps(pool, { from: 1, count, onRows }, async (client, low, high) => {
    await client.query(
      `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, created_at, updated_at)
       select gen_random_uuid(), ($1::uuid[])[1 + i % cardinality($1::uuid[])], ${PAYLOAD_SQL},
         date_trunc('day', now()) + interval '2 days' + i * interval '100 milliseconds', 1, 'pending',
         date_trunc('day', now()) - interval '1 day' + i * interval '100 milliseconds', now()
       from generate_series($2::int, $3::int) as i`,
      [webhookIds, low, high],
    );
  });
}

/** Puts in pending deliveries that were due an hour ago, with numbered payloads. No jobs. */
export async function insertPending(
  pool: Pool,
  { webhookIds, count, onRows }: Fill,
): Promise<void> {
  await inSteps(pool, { from: 1, count, onRows }, async (client, low, high) => {
    await client.query(
      `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, created_at, updated_at)
       select gen_random_uuid(), ($1::uuid[])[1 + i % cardinality($1::uuid[])], ${PAYLOAD_SQL}, at, 0, 'pending', at, at
       from generate_series($2::int, $3::int) as i,
         lateral (select now() - interval '1 hour' + i * interval '1 millisecond' as at) as moment`,
      [webhookIds, low, high],
    );
  });
}

/** Puts in a webhook for each of `urls`. @returns their ids. */
export async function insertWebhooks(pool: Pool, urls: string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff, created_at, updated_at)
     select gen_random_uuid(), 'imported', url, 'application/json', '{200}', 'a secret for the benchmark', true, 3, 5, 1, 1, now(), now()
     from unnest($1::text[]) as url
     returning id`,
    [urls],
  );
  return rows.map(({ id }) => id);
}

/**
 * What autovacuum would do some time later and in the middle of the measurement; then everything is
 * written.
 */
export async function settleTables(pool: Pool): Promise<void> {
  await pool.query('vacuum (analyze)');
  // For superusers only; without it the checkpoint comes when it comes.
  await pool.query('checkpoint').catch(() => {});
}

/** True while one of the webhooks has a pending delivery. */
export async function hasPending(pool: Pool, webhookIds: string[]): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (select from deliveries where status = 'pending' and webhook_id = any ($1::uuid[])) as found`,
    [webhookIds],
  );
  return rows[0]?.found === true;
}

/** True while a webhook, one of its deliveries or one of its attempts is there. */
export async function hasRows(pool: Pool, webhookId: string): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (select from deliveries where webhook_id = $1)
       or exists (select from delivery_attempts where webhook_id = $1)
       or exists (select from webhooks where id = $1) as found`,
    [webhookId],
  );
  return rows[0]?.found === true;
}

/**
 * Pending deliveries that nothing will ever send. Undefined where there is no pg-boss queue to look
 * into. Versions up to 2.1 have theirs in the schema `pgboss`.
 */
export async function countWithoutJob(pool: Pool): Promise<number | undefined> {
  const queue = await pool.query<{ job: string | null }>(
    `select coalesce(to_regclass('postmand_queue.job'), to_regclass('pgboss.job'))::text as job`,
  );
  const job = queue.rows[0]?.job;
  if (!job) return undefined;
  const { rows } = await pool.query<{ missing: number }>(
    `select count(*)::int as missing
     from deliveries
     where status = 'pending'
       and not exists (
         select from ${job} as job
         where job.name = 'deliveries' and job.singleton_key = deliveries.id::text and job.state in ('created', 'retry', 'active')
       )`,
  );
  return rows[0]?.missing;
}

async function inSteps(
  pool: Pool,
  { from, count, onRows }: { from: number; count: number; onRows: (done: number) => void },
  insert: (client: ClientBase, low: number, high: number) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    // Leaves out the foreign key checks, which are most of the time. For superusers only; others
    // wait longer.
    await client.query('set session_replication_role = replica').catch(() => {});
    for (let low = from; low <= count; low += STEP) {
      await insert(client, low, Math.min(low + STEP - 1, count));
      onRows(Math.min(low + STEP - 1, count));
    }
  } finally {
    client.release(true);
  }
}
