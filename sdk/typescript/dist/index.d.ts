import { type Client, type OperationContext, type OperationId, type OperationPath, type OperationTag, type Ops, type RetryConfig, type TokenProvider } from './client.js';
export type * from './client.js';
export { ApiError, DeliveryStatus, OperationKind, OperationState, TimeoutError } from './client.js';
export { emit, emitMany, type Emitted } from './emit.js';
export { enqueue, enqueueMany, type Enqueued, type PgClient } from './enqueue.js';
export { isProblem, problemOf } from './problem.js';
export { ProblemCode } from './problem-codes.js';
export { verifySignature } from './signature.js';
export { verifyWebhook, type WebhookHeaders, type WebhookToVerify } from './webhook.js';
export type PostmandOptions = {
    /** Where the API is, its `/v1` included, for example `http://localhost:8000/v1`. */
    url: string;
    /**
     * The API key, or a function that gives it before each call. Leave it out where the service needs
     * none.
     */
    apiKey?: TokenProvider;
    /** How long an attempt may take, in milliseconds. 10,000 by default; 0 means no limit. */
    timeout?: number;
    /**
     * How often a call is repeated after a lost connection, a time-out or a 408, 429, 500, 502, 503
     * or 504: 3 times by default, after what `Retry-After` asks for, else after up to 0.5, 1 and 2
     * seconds. `createDelivery`, `createDeliveries`, `createEvent` and `createEvents` are repeated
     * with the same `Idempotency-Key`, so that they create nothing twice. Other calls that create
     * something are never repeated.
     */
    retry?: RetryConfig;
    /** Instead of the global `fetch`. */
    fetch?: typeof fetch;
};
export type Postmand = Client<Ops, OperationContext<OperationId, OperationPath, OperationTag>>;
/**
 * A client of the Postmand at `url`. Its methods throw `ApiError` for answers other than 2xx, and
 * `TimeoutError`.
 */
export declare function createPostmand({ url, apiKey, timeout, retry, fetch, }: PostmandOptions): Postmand;
