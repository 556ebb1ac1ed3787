import type { Queryable } from '../database/pool.ts';
import type { Delivery } from './delivery.ts';

/**
 * A delivery as a worker needs it. `waitSeconds` is the time until it is due: 0 or less when it is.
 * `bytes` is the length of its payload, which is left out, as null, where it is longer than 32 KiB.
 */
export type SendableDelivery = Pick<
  Delivery,
  'id' | 'webhook_id' | 'delivery_attempts' | 'status' | 'held_reason'
> & {
  payload: string | null;
  bytes: number;
  waitSeconds: number;
  /** The mark of an isolated send that was begun, and of which nobody has told the end. */
  isolated_by: string | null;
};

export async function findSendable(db: Queryable, ids: string[]): Promise<SendableDelivery[]> {
  const { rows } = await db.query<SendableDelivery>(
    `select id, webhook_id, case when octet_length(payload) <= 32768 then payload end as payload, octet_length(payload) as bytes,
       delivery_attempts, status, held_reason, isolated_by, extract(epoch from scheduled_at - now())::float8 as "waitSeconds"
     from deliveries
     where id = any ($1::uuid[])`,
    [ids],
  );
  return rows;
}

/** A payload, whatever its length. */
export async function findPayload(db: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ payload: string }>(
    'select payload from deliveries where id = $1',
    [id],
  );
  return rows[0]?.payload;
}
