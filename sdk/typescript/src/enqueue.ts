import type { DeliveryInput } from './client.js';

/** A client of `pg` inside a transaction of yours, or whatever else has its `query`. */
export type PgClient = {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
};

export type Enqueued = Pick<
  DeliveryInput,
  'webhook_id' | 'payload' | 'ordering_key' | 'send_at' | 'expires_at'
>;

const ENQUEUE = `select postmand.enqueue(webhook_id => $1::uuid, payload => $2::text,
  ordering_key => $3::text, send_at => $4::timestamptz, expires_at => $5::timestamptz,
  idempotency_key => $6::text) as id`;

/**
 * Puts a delivery into the transaction that is open on `client`, which must be in the database of
 * Postmand. It is accepted when that transaction commits, and never was when it is rolled back; no
 * transaction is begun or ended here.
 *
 * @returns the id of the delivery.
 * @throws what the driver throws; `problemOf` tells what was refused. The transaction can then only
 * be rolled back.
 */
export async function enqueue(
  client: PgClient,
  { webhook_id, payload, ordering_key, send_at, expires_at }: Enqueued,
  { idempotencyKey }: { idempotencyKey?: string } = {},
): Promise<string> {
  const values = [webhook_id, payload ?? '', ordering_key, send_at, expires_at, idempotencyKey];
  const { rows } = await client.query(
    ENQUEUE,
    values.map((value) => value ?? null),
  );
  return (rows[0] as { id: string }).id;
}
