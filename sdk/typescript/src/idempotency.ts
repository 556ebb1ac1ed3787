import { defaultRetryOn, type RequestContext, type RetryContext } from './client.js';
import { ProblemCode } from './problem-codes.js';

/** The operations that take an `Idempotency-Key`. */
const KEYED: ReadonlySet<string> = new Set([
  'createDelivery',
  'createDeliveries',
  'createEvent',
  'createEvents',
]);
const HEADER = 'Idempotency-Key';

/** No caller's key: no header can have it. An empty one is theirs, and the service refuses it. */
const NO_KEY_YET = '\n';

/**
 * In the place of a key, until it is known which operation is called. A caller's own key, or
 * `idempotencyKey: false`, leaves no room for it.
 */
export const noKeyYet = (): string => NO_KEY_YET;

/**
 * Gives a call that creates deliveries or events a key, the same one with every try. Another call
 * loses the one that its caller gave it: the API ignores it there, and a repeated try would be done
 * again.
 */
export function addKey({ headers, operation }: RequestContext): void {
  const wanted = headers[HEADER] === NO_KEY_YET;
  if (wanted) delete headers[HEADER];
  if (!KEYED.has(operation.id)) dropKey(headers);
  else if (wanted && keyOf(headers) === undefined) headers[HEADER] = newKey();
}

/**
 * Whether a try that failed is worth another one, which cannot do the same thing twice. A key that
 * is in use belongs to a try of the same call that is still being answered.
 */
export async function worthRepeating(context: RetryContext): Promise<boolean> {
  if (defaultRetryOn(context)) return true;
  const { request, response } = context;
  if (response?.status !== 409 || keyOf(request.headers) === undefined) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return (body as { code?: unknown } | null | undefined)?.code === ProblemCode.idempotencyKeyInUse;
}

/**
 * A `fetch` that reads the answer to a request with a key to its end. One that breaks off is then
 * lost like one that never came, and the call is repeated.
 */
export function readingWhole(next: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await next(input, init);
    const headers = init?.headers as Record<string, string> | undefined;
    if (keyOf(headers ?? {}) !== undefined) await response.clone().arrayBuffer();
    return response;
  };
}

function keyOf(headers: Record<string, string>): string | undefined {
  return Object.entries(headers).find(([name]) => isKey(name))?.[1];
}

function dropKey(headers: Record<string, string>): void {
  for (const name of Object.keys(headers).filter(isKey)) delete headers[name];
}

function isKey(name: string): boolean {
  return name.toLowerCase() === HEADER.toLowerCase();
}

/** Browsers have no `randomUUID` on pages that did not come by HTTPS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
