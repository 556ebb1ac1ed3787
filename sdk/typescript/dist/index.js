import { createClient, OPERATIONS, } from './client.js';
import { askForDryRun } from './dry-run.js';
import { addKey, noKeyYet, readingWhole, worthRepeating } from './idempotency.js';
import { explain } from './problem.js';
export { ApiError, DeliveryStatus, OperationKind, OperationState, TimeoutError } from './client.js';
export { emit, emitMany } from './emit.js';
export { enqueue, enqueueMany } from './enqueue.js';
export { isProblem, problemOf } from './problem.js';
export { ProblemCode } from './problem-codes.js';
export { verifySignature } from './signature.js';
export { verifyWebhook } from './webhook.js';
/**
 * A client of the Postmand at `url`. Its methods throw `ApiError` for answers other than 2xx, and
 * `TimeoutError`.
 */
export function createPostmand({ url, apiKey, timeout = 10_000, retry, fetch, }) {
    return createClient(OPERATIONS, {
        serverUrl: url,
        argsStyle: 'flat',
        clientHeader: false,
        timeout,
        retry: { retries: 3, retryDelay: 500, retryOn: worthRepeating, ...retry },
        idempotencyKey: noKeyYet,
        // Not in `middleware`, which `configure` may replace.
        onRequest: (context) => {
            addKey(context);
            askForDryRun(context);
        },
        middleware: [{ onError: explain }],
        // The global one is looked up at each call, as the generated client does it.
        fetch: readingWhole(fetch ?? ((input, init) => globalThis.fetch(input, init))),
        // Not the client's own `auth`: that sends a key only with operations for which the description
        // lists one.
        ...(apiKey === undefined
            ? {}
            : { headers: async () => ({ Authorization: `Bearer ${await keyOf(apiKey)}` }) }),
    });
}
async function keyOf(apiKey) {
    return typeof apiKey === 'function' ? apiKey() : apiKey;
}
