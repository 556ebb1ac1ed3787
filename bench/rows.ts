import { randomUUID } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import { addAttemptRows, addDeliveryRows } from '../test/setup/rows.ts';
import { numberedPayload } from './payload.ts';

/** Rows that go in with one statement, so that there is progress to show. */
const STEP = 5000;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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
  const start = today() - 30 * DAY_MS;
  await inSteps(pool, { from, count, onRows }, async (client, numbers) => {
    const rows = numbers.map((i) => ({
      id: randomUUID(),
      webhookId: inTurn(webhookIds, i),
      payload: `{"number":${i}}`.padEnd(200),
      success: Math.floor(i / webhookIds.length) % 10 !== 0,
      createdAt: new Date(start + i * 100).toISOString(),
    }));
    await addDeliveryRows(
      client,
      rows.map(({ success, ...row }) => ({
        ...row,
        status: success ? 'succeeded' : 'failed',
        attempts: 1,
      })),
    );
    await addAttemptRows(
      client,
      rows.map(({ id: deliveryId, webhookId, payload, success, createdAt }) => ({
        ...{ webhookId, deliveryId, success, createdAt, tookMs: 10 },
        request: `POST / HTTP/1.1${payload}`,
      })),
    );
  });
}

/**
 * Puts in deliveries of four kinds by turns, nine in ten for the first webhook: succeeded, with
 * metadata; failed, with an ordering key; held; scheduled. Those that have ended have two attempts,
 * the first of which failed.
 */
export async function insertOfEachKind(
  pool: Pool,
  { webhookIds, from = 1, count, onRows }: Fill,
): Promise<void> {
  const start = new Date(today() - 30 * DAY_MS).toISOString();
  for (let low = from; low <= count; low += STEP) {
    const high = Math.min(low + STEP - 1, count);
    await pool.query(OF_EACH_KIND, [low, high, start, webhookIds]);
    onRows(high);
  }
}

const OF_EACH_KIND = `with made as (
  insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
    created_at, updated_at, failed_reason, ordering_key, sequence, metadata, held_reason, parked_at,
    send_at)
  select gen_random_uuid(), ($4::uuid[])[case when n % 10 > 0 then 1
      else 1 + n / 10 % cardinality($4::uuid[]) end],
    rpad(format('{"number":%s}', n), 200), at, case when kind < 2 then 2 else 0 end,
    case kind when 0 then 'succeeded' when 1 then 'failed' else 'pending' end, at, at,
    case kind when 1 then 'attempts' end,
    case kind when 1 then 'order-1042' end, case kind when 1 then n end,
    case kind when 0 then '{"customer": "42"}'::jsonb end,
    case kind when 2 then 'endpoint_paused' when 3 then 'later' end,
    case when kind > 1 then at end, case kind when 3 then now() + interval '9 days' end
  from (
    select n, n / 10 % 4 as kind, $3::timestamptz + n * interval '0.1 seconds' as at
    from generate_series($1::bigint, $2::bigint) as n
  ) as numbered
  returning id, webhook_id, status, created_at
)
insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response,
  response_status_code, execution_duration, success, error, created_at)
select gen_random_uuid(), webhook_id, id, 'POST / HTTP/1.1', 'HTTP/1.1 200 OK',
  case when is_good then 200 else 500 end, 7, is_good, '', at
from made
cross join lateral (values (1), (2)) as attempt (number)
cross join lateral (
  select number = 2 and status = 'succeeded' as is_good, created_at + number * interval '1 s' as at
) as outcome
where status <> 'pending'`;

/** Puts in pending deliveries that were due an hour ago, with numbered payloads. No jobs. */
export async function insertPending(
  pool: Pool,
  { webhookIds, count, onRows }: Fill,
): Promise<void> {
  const start = Date.now() - HOUR_MS;
  await inSteps(pool, { from: 1, count, onRows }, async (client, numbers) => {
    await addDeliveryRows(
      client,
      numbers.map((i) => ({
        webhookId: inTurn(webhookIds, i),
        payload: numberedPayload(i),
        createdAt: new Date(start + i).toISOString(),
      })),
    );
  });
}

/** The start of this day, UTC. */
function today(): number {
  return Math.floor(Date.now() / DAY_MS) * DAY_MS;
}

function inTurn(webhookIds: string[], i: number): string {
  return webhookIds[i % webhookIds.length] ?? '';
}

/**
 * What autovacuum would do some time later and in the middle of the measurement; then everything is
 * written.
 */
export async function settleTables(pool: Pool): Promise<void> {
  await pool.query('vacuum (analyze)');
  await checkpoint(pool);
}

/** For superusers only; without it the checkpoint comes when it comes. */
export async function checkpoint(pool: Pool): Promise<void> {
  await pool.query('checkpoint').catch(() => {});
}

/** True while one of the webhooks has a pending delivery. */
export async function hasPending(pool: Pool, webhookIds: string[]): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (
       select from deliveries where status = 'pending' and webhook_id = any ($1::uuid[])
     ) as found`,
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
 * Pending deliveries that nothing will ever send: not held, and without a job. Undefined where
 * there is no pg-boss queue to look into. Versions up to 2.1 have theirs in the schema `pgboss`.
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
     where status = 'pending' and parked_at is null
       and not exists (
         select from ${job} as job
         where job.name = 'deliveries' and job.singleton_key = deliveries.id::text
           and job.state in ('created', 'retry', 'active')
       )`,
  );
  return rows[0]?.missing;
}

async function inSteps(
  pool: Pool,
  { from, count, onRows }: { from: number; count: number; onRows: (done: number) => void },
  insert: (client: ClientBase, numbers: number[]) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    // Leaves out the foreign key checks, which are most of the time. For superusers only; others
    // wait longer.
    await client.query('set session_replication_role = replica').catch(() => {});
    for (let low = from; low <= count; low += STEP) {
      const high = Math.min(low + STEP - 1, count);
      await insert(
        client,
        Array.from({ length: high - low + 1 }, (_one, i) => low + i),
      );
      onRows(high);
    }
  } finally {
    client.release(true);
  }
}
