import { type RequestContext, type RetryContext } from './client.js';
/**
 * In the place of a key, until it is known which operation is called. A caller's own key, or
 * `idempotencyKey: false`, leaves no room for it.
 */
export declare const noKeyYet: () => string;
/**
 * Gives a call that creates deliveries or events a key, the same one with every try. Another call
 * loses the one that its caller gave it: the API ignores it there, and a repeated try would be done
 * again.
 */
export declare function addKey({ headers, operation }: RequestContext): void;
/**
 * Whether a try that failed is worth another one, which cannot do the same thing twice. A key that
 * is in use belongs to a try of the same call that is still being answered.
 */
export declare function worthRepeating(context: RetryContext): Promise<boolean>;
/**
 * A `fetch` that reads the answer to a request with a key to its end. One that breaks off is then
 * lost like one that never came, and the call is repeated.
 */
export declare function readingWhole(next: typeof fetch): typeof fetch;
