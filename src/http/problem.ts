import { isTransient } from '../database/failure.ts';
import { PageTooLarge } from '../database/long-text.ts';
import { Overloaded } from '../database/shared-commit.ts';
import { AttemptNotFound } from '../attempts/attempt.ts';
import { DeliveryNotFound } from '../deliveries/delivery.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { withHead } from './middleware/head.ts';
import type { components } from './openapi.d.ts';

export type Problem = {
  status: number;
  body: components['schemas']['Problem'];
  headers?: Record<string, string>;
};

/** A request that is refused before its operation is known. */
export class BadRequest extends Error {
  override name = 'BadRequest';
  readonly kind:
    | 'malformed'
    | 'invalid'
    | 'unsupported'
    | 'too_large'
    | 'slow'
    | 'long_head'
    | 'no_http'
    | 'misdirected';

  constructor(kind: BadRequest['kind'], details: string) {
    super(details);
    this.kind = kind;
  }
}

/** A request without a key, or with one that is none of ours. */
export class Unauthorized extends Error {
  override name = 'Unauthorized';
  readonly given: 'missing' | 'invalid';

  constructor(given: Unauthorized['given']) {
    super(given);
    this.given = given;
  }
}

/**
 * Turns whatever was thrown into an answer. The only place that knows statuses and codes; 500 is
 * what nothing else explains.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof WebhookNotFound) return problem(404, 5, 'webhook not found');
  if (error instanceof DeliveryNotFound) return problem(404, 6, 'delivery not found');
  if (error instanceof AttemptNotFound) return problem(404, 7, 'delivery attempt not found');
  if (error instanceof BadRequest) return refusal(error);
  if (error instanceof PageTooLarge)
    return refusal(new BadRequest('invalid', `limit: ${error.message}`));
  if (error instanceof Unauthorized) return challenge(error);
  if (error instanceof Overloaded || isTransient(error)) {
    return problem(503, 12, 'service unavailable', {
      details: 'try again in a moment',
      headers: { 'Retry-After': '2' },
    });
  }
  return fromFramework(error ?? {}) ?? problem(500, 1, 'internal server error');
}

/**
 * Says which scheme is wanted, as RFC 6750, section 3 has it: with an error code only where
 * something was given.
 */
function challenge({ given }: Unauthorized): Problem {
  const wanted = 'Bearer realm="postmand"';
  return given === 'missing'
    ? problem(401, 13, 'unauthorized', {
        details: 'an API key is required',
        headers: { 'WWW-Authenticate': wanted },
      })
    : problem(401, 13, 'unauthorized', {
        details: 'the API key is not known',
        headers: { 'WWW-Authenticate': `${wanted}, error="invalid_token"` },
      });
}

/** What express, body-parser and express-openapi-validator throw. */
type FrameworkError = {
  status?: number;
  type?: string;
  message?: string;
  headers?: { Allow?: string };
  errors?: { path: string; message: string }[];
};

function refusal({ kind, message }: BadRequest): Problem {
  switch (kind) {
    case 'malformed':
      return problem(400, 3, 'malformed request body', { details: message });
    case 'invalid':
      return problem(400, 4, 'request validation failed', { details: message });
    case 'unsupported':
      return problem(415, 10, 'unsupported media type', { details: message });
    case 'too_large':
      return problem(413, 11, 'request body too large', { details: message });
    case 'slow':
      return problem(408, 14, 'request timeout', { details: message });
    case 'long_head':
      return problem(431, 15, 'request headers too large', { details: message });
    case 'no_http':
      return problem(400, 16, 'malformed request', { details: message });
    case 'misdirected':
      return problem(421, 17, 'misdirected request', { details: message });
  }
}

function fromFramework(error: FrameworkError): Problem | undefined {
  switch (error.status) {
    case 400:
      return error.type === undefined
        ? invalid(error)
        : refusal(new BadRequest('malformed', error.message ?? ''));
    case 404:
      return problem(404, 8, 'route not found');
    case 405:
      return notAllowed(error.headers?.Allow);
    case 413:
      return refusal(new BadRequest('too_large', 'the body is larger than the limit'));
    case 415:
      return refusal(new BadRequest('unsupported', error.message ?? ''));
    default:
      return undefined;
  }
}

function notAllowed(allow: string | undefined): Problem {
  return problem(
    405,
    9,
    'method not allowed',
    allow === undefined ? {} : { headers: { Allow: withHead(allow) } },
  );
}

/**
 * A validation fault, with the name of the field or parameter in front. An id in the path that is
 * none cannot exist: 404.
 */
function invalid({ errors, message }: FrameworkError): Problem {
  const [fault] = errors ?? [];
  // An escape in the path that is none.
  if (fault?.message.startsWith('malformed uri')) return problem(404, 2, 'invalid id');
  if (fault?.path.startsWith('/params/')) return problem(404, 2, 'invalid id');
  const field = fault?.path.split('/').slice(2).join('.') || 'body';
  return problem(400, 4, 'request validation failed', {
    details: fault ? `${field}: ${plain(fault.message)}` : (message ?? ''),
  });
}

const PLAIN: Record<string, string> = {
  'must match format "uuid"': 'must be a UUID',
  'must match format "uri"': 'must be an absolute http or https URL',
  'must match format "date-time"':
    'must be an RFC 3339 time such as 2026-03-08T20:41:25Z (write + as %2B in a query)',
  'must match format "text"': 'must be text without U+0000 and without unpaired surrogates',
  'must NOT have additional properties': 'is not a known field',
};

/** The validator's words, made plainer where they name JSON Schema instead of the fault. */
function plain(message: string): string {
  if (message.startsWith('must have required property')) return 'is required';
  if (message.startsWith('Unknown query parameter')) return 'is not a known parameter';
  return PLAIN[message] ?? message;
}

/**
 * Long enough for every sentence of ours, with the name of a field in it; a name that somebody made
 * up may be of any length.
 */
const MAX_DETAILS = 300;

type Extra = { details?: string; headers?: Record<string, string> };

function problem(
  status: number,
  code: number,
  message: string,
  { details, headers }: Extra = {},
): Problem {
  const shown =
    details !== undefined && details.length > MAX_DETAILS
      ? `${details.slice(0, MAX_DETAILS).toWellFormed()}…`
      : details;
  return {
    status,
    body: { code, message, ...(shown ? { details: shown } : {}) },
    ...(headers ? { headers } : {}),
  };
}
