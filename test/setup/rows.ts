import { randomUUID } from 'node:crypto';
import type { Pool, Queryable } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import type { HeldReason, Status } from '../../src/deliveries/delivery.ts';
import { insertWebhook } from '../../src/webhooks/webhook-store.ts';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { NO_KEYS } from './parts.ts';
import { SETTINGS } from './settings.ts';

/**
 * Rows put straight into the tables, by tests and by the benchmark, for states and times that
 * nothing but time would make. The three INSERT statements name only columns that the Go program
 * has too: they fit the tables of every version, and a new column changes nothing here. So they are
 * not made from the list of columns in `src/webhooks/`, which is that of this version alone.
 */

/** A webhook with any settings that this version knows. */
export function addWebhook(
  { pool }: { pool: Pool },
  settings: Partial<WebhookSettings> = {},
): Promise<Webhook> {
  return inTransaction(pool, (tx) =>
    insertWebhook({ tx, vault: NO_KEYS }, randomUUID(), { ...SETTINGS, ...settings }),
  );
}

/**
 * Pending deliveries without a job, due `overdueSeconds` ago, a microsecond after each other.
 * @returns their ids in this order.
 */
export function addDeliveries(
  { pool }: { pool: Queryable },
  webhookId: string,
  { count = 1, overdueSeconds = 0 } = {},
): Promise<string[]> {
  const rows = Array.from({ length: count }, (_one, i) => ({
    webhookId,
    payload: `payload ${i + 1}`,
    scheduledAt: (i + 1) / 1_000_000 - overdueSeconds,
  }));
  return addDeliveryRows(pool, rows);
}

/** A time as text, or in so many seconds from the database's now. */
type Time = string | number;

type WebhookValues = {
  id?: string;
  name?: string;
  url?: string;
  active?: boolean;
  createdAt?: Time;
};

/** Many webhooks, or some in the tables of an earlier version. @returns their ids. */
export async function addWebhookRows(db: Queryable, rows: WebhookValues[]): Promise<string[]> {
  const { name, url, active } = SETTINGS;
  const whole = rows.map(({ createdAt = 0, ...row }) => ({
    ...{ id: randomUUID(), name, url, active },
    ...row,
    ...timeOf('created', createdAt),
  }));
  await db.query(
    `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff,
       created_at, updated_at)
     select id, name, url, 'application/json', '{200}', 'my-secret-token', active,
       3, 5, 1, 2,
       coalesce(created_at, now() + created_in), coalesce(created_at, now() + created_in)
     from json_to_recordset($1) as row (id uuid, name text, url text, active boolean,
       created_at timestamptz, created_in interval)`,
    [JSON.stringify(whole)],
  );
  return whole.map(({ id }) => id);
}

type DeliveryValues = {
  id?: string;
  webhookId: string;
  payload?: string;
  status?: Status;
  attempts?: number;
  /** By default when it was created. */
  scheduledAt?: Time;
  createdAt?: Time;
};

/** Deliveries without a job, pending where nothing else is said. @returns their ids. */
export async function addDeliveryRows(db: Queryable, rows: DeliveryValues[]): Promise<string[]> {
  const whole = rows.map(({ createdAt = 0, scheduledAt = createdAt, webhookId, ...row }) => ({
    ...{ id: randomUUID(), payload: 'a payload', status: 'pending', attempts: 0 },
    ...row,
    webhook_id: webhookId,
    ...timeOf('scheduled', scheduledAt),
    ...timeOf('created', createdAt),
  }));
  await db.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       created_at, updated_at)
     select id, webhook_id, payload, coalesce(scheduled_at, now() + scheduled_in), attempts, status,
       coalesce(created_at, now() + created_in), coalesce(created_at, now() + created_in)
     from json_to_recordset($1) as row (id uuid, webhook_id uuid, payload text, attempts integer,
       status text, scheduled_at timestamptz, scheduled_in interval,
       created_at timestamptz, created_in interval)`,
    [JSON.stringify(whole)],
  );
  return whole.map(({ id }) => id);
}

type AttemptValues = {
  id?: string;
  webhookId: string;
  deliveryId: string;
  success?: boolean;
  request?: string;
  /** How long it took, in milliseconds. */
  tookMs?: number;
  createdAt?: Time;
};

/** Attempts that were answered 200, or 500 where they did not succeed. @returns their ids. */
export async function addAttemptRows(db: Queryable, rows: AttemptValues[]): Promise<string[]> {
  const whole = rows.map(({ createdAt = 0, webhookId, deliveryId, tookMs = 7, ...row }) => ({
    ...{ id: randomUUID(), success: true, request: 'POST' },
    ...row,
    ...{ webhook_id: webhookId, delivery_id: deliveryId, took_ms: tookMs },
    ...timeOf('created', createdAt),
  }));
  await db.query(
    `insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response,
       response_status_code, execution_duration, success, error, created_at)
     select id, webhook_id, delivery_id, request, 'HTTP/1.1 200 OK',
       case when success then 200 else 500 end, took_ms, success, '',
       coalesce(created_at, now() + created_in)
     from json_to_recordset($1) as row (id uuid, webhook_id uuid, delivery_id uuid,
       success boolean, request text, took_ms integer,
       created_at timestamptz, created_in interval)`,
    [JSON.stringify(whole)],
  );
  return whole.map(({ id }) => id);
}

/** Moves pending deliveries to the held ones, as the worker or a migration does. */
export async function holdAll(
  { pool }: { pool: Queryable },
  webhookId: string,
  reason: HeldReason = 'webhook_inactive',
): Promise<void> {
  await pool.query(
    `update deliveries set held_reason = $2, parked_at = now()
     where webhook_id = $1 and status = 'pending'`,
    [webhookId, reason],
  );
}

/** Every delivery expires in so many seconds; null: none does. */
export async function expireIn(db: Queryable, seconds: number | null): Promise<void> {
  await db.query('update deliveries set expires_at = now() + make_interval(secs => $1::float8)', [
    seconds,
  ]);
}

/** An id that tells its row's number: the webhook 1, the delivery 2, the attempt 3. */
export function numbered(
  kind: 'webhook' | 'delivery' | 'attempt' | 'event',
  number: number,
): string {
  const digit = { webhook: 'a', delivery: 'd', attempt: 'e', event: 'f' }[kind];
  return `${digit.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function timeOf(what: 'scheduled' | 'created', time: Time): Record<string, string> {
  return typeof time === 'string'
    ? { [`${what}_at`]: time }
    : { [`${what}_in`]: `${time.toFixed(6)} seconds` };
}
