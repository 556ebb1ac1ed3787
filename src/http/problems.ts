import type { components } from './openapi.d.ts';

export type Problem = {
  status: number;
  body: components['schemas']['Problem'];
  headers?: Record<string, string>;
};

/** All problems, by what they are called here. openapi.yaml lists the same codes for callers. */
export const PROBLEMS = {
  internal: { status: 500, code: 1, message: 'internal server error' },
  invalid_id: { status: 404, code: 2, message: 'invalid id' },
  malformed: { status: 400, code: 3, message: 'malformed request body' },
  invalid: { status: 400, code: 4, message: 'request validation failed' },
  webhook_not_found: { status: 404, code: 5, message: 'webhook not found' },
  delivery_not_found: { status: 404, code: 6, message: 'delivery not found' },
  attempt_not_found: { status: 404, code: 7, message: 'delivery attempt not found' },
  route_not_found: { status: 404, code: 8, message: 'route not found' },
  method_not_allowed: { status: 405, code: 9, message: 'method not allowed' },
  unsupported: { status: 415, code: 10, message: 'unsupported media type' },
  too_large: { status: 413, code: 11, message: 'request body too large' },
  unavailable: { status: 503, code: 12, message: 'service unavailable' },
  unauthorized: { status: 401, code: 13, message: 'unauthorized' },
  slow: { status: 408, code: 14, message: 'request timeout' },
  long_head: { status: 431, code: 15, message: 'request headers too large' },
  no_http: { status: 400, code: 16, message: 'malformed request' },
  misdirected: { status: 421, code: 17, message: 'misdirected request' },
  key_not_blocked: { status: 404, code: 18, message: 'ordering key not blocked' },
  precondition_failed: { status: 412, code: 19, message: 'precondition failed' },
  too_many_secrets: { status: 422, code: 20, message: 'too many secrets' },
  secret_not_found: { status: 404, code: 21, message: 'secret not found' },
  secrets_locked: { status: 503, code: 22, message: 'secrets locked' },
  current_secret: { status: 409, code: 23, message: 'current secret' },
  idempotency_key_reused: { status: 422, code: 24, message: 'idempotency key reused' },
  delivery_gone: { status: 409, code: 25, message: 'delivery gone' },
  idempotency_key_in_use: { status: 409, code: 26, message: 'idempotency key in use' },
  delivery_pending: { status: 409, code: 27, message: 'delivery pending' },
  payload_removed: { status: 409, code: 28, message: 'payload removed' },
  test_delivery: { status: 409, code: 29, message: 'test delivery' },
  operation_not_found: { status: 404, code: 30, message: 'operation not found' },
  operation_under_way: { status: 409, code: 31, message: 'operation under way' },
  operation_ended: { status: 409, code: 32, message: 'operation ended' },
  event_type_not_found: { status: 404, code: 33, message: 'event type not found' },
  event_type_exists: { status: 409, code: 34, message: 'event type exists' },
  event_type_archived: { status: 409, code: 35, message: 'event type archived' },
  schema_incompatible: { status: 409, code: 36, message: 'schema incompatible' },
  event_not_found: { status: 404, code: 37, message: 'event not found' },
  event_invalid: { status: 422, code: 38, message: 'event invalid' },
  id_not_found: { status: 404, code: 39, message: 'id not found' },
} as const;

export type Kind = keyof typeof PROBLEMS;

/**
 * Long enough for every sentence of ours with the name of a field in it. A name that a caller made
 * up may be of any length.
 */
const MAX_DETAILS = 300;

/** The answer to a problem, with more about this case. */
export function problem(
  kind: Kind,
  {
    details = '',
    headers,
  }: { details?: string; headers?: Record<string, string> | undefined } = {},
): Problem {
  const { status, code, message } = PROBLEMS[kind];
  const shown =
    details.length > MAX_DETAILS ? `${details.slice(0, MAX_DETAILS).toWellFormed()}…` : details;
  return {
    status,
    body: { code, message, ...(shown === '' ? {} : { details: shown }) },
    ...(headers ? { headers } : {}),
  };
}
