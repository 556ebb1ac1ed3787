import { createClient, OPERATIONS, } from './client.js';
import { explain } from './problem.js';
export { ApiError, DeliveryStatus, TimeoutError } from './client.js';
export { isProblem, problemOf } from './problem.js';
export { ProblemCode } from './problem-codes.js';
export { verifySignature } from './signature.js';
/** A client of the Postmand at `url`. Its methods throw `ApiError` for answers other than 2xx, and `TimeoutError`. */
export function createPostmand({ url, apiKey, timeout = 10_000, retry, fetch }) {
    return createClient(OPERATIONS, {
        serverUrl: url,
        argsStyle: 'flat',
        clientHeader: false,
        timeout,
        retry: { retries: 3, retryDelay: 500, ...retry },
        middleware: [{ onError: explain }],
        // Not the client's own `auth`: that sends a key only with operations for which the description lists one.
        ...(apiKey === undefined ? {} : { headers: async () => ({ Authorization: `Bearer ${await keyOf(apiKey)}` }) }),
        ...(fetch === undefined ? {} : { fetch }),
    });
}
async function keyOf(apiKey) {
    return typeof apiKey === 'function' ? apiKey() : apiKey;
}
