import type { Queryable } from '../../src/database/pool.ts';

/**
 * Rows put straight into the tables, for states and times that nothing but time would make. Ids end
 * in `number`.
 */

export async function putWebhook(
  db: Queryable,
  number: number,
  { name = 'a webhook', active = true, createdAt = START } = {},
): Promise<string> {
  const id = uuid('a', number);
  await db.query(
    `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff, created_at, updated_at)
     values ($1, $2, 'http://127.0.0.1:9/never', 'text/plain', '{200}', '', $3, 3, 5, 1, 2, $4, $4)`,
    [id, name, active, createdAt],
  );
  return id;
}

export async function putDelivery(
  db: Queryable,
  number: number,
  { webhookId = uuid('a', 1), status = 'succeeded', createdAt = START } = {},
) {
  const id = uuid('d', number);
  await db.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status, created_at, updated_at)
     values ($1, $2, 'a payload', $4, 1, $3, $4, $4)`,
    [id, webhookId, status, createdAt],
  );
  return id;
}

export async function putAttempt(
  db: Queryable,
  number: number,
  { webhookId = uuid('a', 1), deliveryId = uuid('d', 1), success = true, createdAt = START } = {},
) {
  const id = uuid('e', number);
  await db.query(
    `insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response, response_status_code,
       execution_duration, success, error, created_at)
     values ($1, $2, $3, 'POST', 'HTTP/1.1 200 OK', 200, 7, $4, '', $5)`,
    [id, webhookId, deliveryId, success, createdAt],
  );
  return id;
}

const START = '2026-01-01T00:00:00Z';

function uuid(kind: string, number: number): string {
  return `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
