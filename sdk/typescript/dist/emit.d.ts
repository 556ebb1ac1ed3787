import type { EventInput } from './client.js';
import type { PgClient } from './enqueue.js';
export type Emitted = Pick<EventInput, 'type' | 'payload' | 'ordering_key' | 'send_at' | 'expires_at' | 'metadata' | 'traceparent'>;
/**
 * Puts an event into the transaction that is open on `client`, which must be in the database of
 * Postmand. When that transaction commits, the webhooks that subscribed to it get it; when it is
 * rolled back, the event never was. No transaction is begun or ended here. A payload that is no
 * string is sent as compact JSON. `traceparent` is where your work stands in a trace (W3C Trace
 * Context).
 *
 * @returns the id of the event.
 * @throws what the driver throws; `problemOf` tells what was refused. The transaction can then only
 * be rolled back.
 */
export declare function emit(client: PgClient, event: Emitted, { idempotencyKey }?: {
    idempotencyKey?: string;
}): Promise<string>;
/**
 * The same for up to 1,000 events with one call, all or none of them.
 *
 * @returns their ids, in the order of `events`.
 */
export declare function emitMany(client: PgClient, events: Emitted[]): Promise<string[]>;
