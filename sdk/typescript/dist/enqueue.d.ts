import type { DeliveryInput } from './client.js';
/** A client of `pg` inside a transaction of yours, or whatever else has its `query`. */
export type PgClient = {
    query(text: string, values: unknown[]): Promise<{
        rows: unknown[];
    }>;
};
export type Enqueued = Pick<DeliveryInput, 'webhook_id' | 'payload' | 'ordering_key' | 'send_at' | 'expires_at' | 'metadata' | 'traceparent'>;
/**
 * Puts a delivery into the transaction that is open on `client`, which must be in the database of
 * Postmand. It is accepted when that transaction commits, and never was when it is rolled back; no
 * transaction is begun or ended here. `traceparent` is where your work stands in a trace (W3C Trace
 * Context).
 *
 * @returns the id of the delivery.
 * @throws what the driver throws; `problemOf` tells what was refused. The transaction can then only
 * be rolled back.
 */
export declare function enqueue(client: PgClient, delivery: Enqueued, { idempotencyKey }?: {
    idempotencyKey?: string;
}): Promise<string>;
/**
 * The same for up to 1,000 deliveries with one call, all or none of them.
 *
 * @returns their ids, in the order of `deliveries`.
 */
export declare function enqueueMany(client: PgClient, deliveries: Enqueued[]): Promise<string[]>;
