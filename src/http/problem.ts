import { isTransient } from '../database/failure.ts';
import { PageTooLarge } from '../database/long-text.ts';
import { Overloaded } from '../database/shared-commit.ts';
import { AttemptNotFound } from '../attempts/attempt.ts';
import { DeliveryNotFound } from '../deliveries/delivery.ts';
import { IdempotencyRefusal } from '../deliveries/idempotency/refusal.ts';
import { KeyNotBlocked } from '../deliveries/order/blocked.ts';
import { RedeliveryRefused } from '../deliveries/redelivering/redeliver.ts';
import { EventOfBatchRefused } from '../events/event.ts';
import { MemberRefused } from '../events/types/import-types.ts';
import { OperationEnded, OperationNotFound, OperationUnderWay } from '../operations/operation.ts';
import { PauseEndRefused } from '../webhooks/health/pause.ts';
import {
  MAX_SECRETS,
  SecretIsCurrent,
  SecretNotFound,
  TokenRefused,
  TooManySecrets,
} from '../webhooks/secrets/secret.ts';
import { SecretsLocked } from '../webhooks/secrets/vault.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { withHead } from './middleware/head.ts';
import { problemOfEvent } from './event-problems.ts';
import { problem, type Kind, type Problem } from './problems.ts';
import { fieldOf, plain } from './validation-words.ts';

/** Only problems whose answer needs no header of its own, such as `Retry-After`. */
type BadRequestKind = Extract<
  Kind,
  | 'malformed'
  | 'invalid'
  | 'unsupported'
  | 'too_large'
  | 'webhook_not_found'
  | 'slow'
  | 'long_head'
  | 'no_http'
  | 'misdirected'
  | 'precondition_failed'
  | 'id_not_found'
>;

/** A request that is refused for what it is: its message goes to the caller as `details`. */
export class BadRequest extends Error {
  override name = 'BadRequest';
  readonly kind: BadRequestKind;

  constructor(kind: BadRequestKind, details: string) {
    super(details);
    this.kind = kind;
  }
}

/** A request without a key, or with a key that is not one of ours. */
export class Unauthorized extends Error {
  override name = 'Unauthorized';
  readonly given: 'missing' | 'invalid';

  constructor(given: Unauthorized['given']) {
    super(given);
    this.given = given;
  }
}

const ENDS_FIRST = 'end one of them, or wait until one ends';
const IS_CURRENT = 'it signs now: rotate it first, or set another secret_token, which ends it';

const SOON = { 'Retry-After': '2' };

/** Turns whatever was thrown into an answer. What nothing else explains is a 500. */
export function problemOf(error: unknown): Problem {
  if (error instanceof WebhookNotFound) return problem('webhook_not_found');
  if (error instanceof DeliveryNotFound) return problem('delivery_not_found');
  if (error instanceof KeyNotBlocked) return problem('key_not_blocked');
  if (error instanceof RedeliveryRefused) return problem(error.kind, { details: error.message });
  if (error instanceof AttemptNotFound) return problem('attempt_not_found');
  if (error instanceof SecretNotFound) return problem('secret_not_found');
  if (error instanceof OperationNotFound) return problem('operation_not_found');
  if (error instanceof OperationUnderWay)
    return problem('operation_under_way', { details: error.message });
  if (error instanceof OperationEnded)
    return problem('operation_ended', { details: error.message });
  if (error instanceof TooManySecrets)
    return problem('too_many_secrets', { details: `at most ${MAX_SECRETS}: ${ENDS_FIRST}` });
  if (error instanceof SecretIsCurrent) return problem('current_secret', { details: IS_CURRENT });
  if (error instanceof TokenRefused)
    return problem('invalid', { details: `secret_token: ${error.message}` });
  if (error instanceof BadRequest) return problem(error.kind, { details: error.message });
  if (error instanceof IdempotencyRefusal)
    return problem(error.kind, {
      details: error.message,
      headers: error.passes ? SOON : undefined,
    });
  if (error instanceof PageTooLarge)
    return problem('invalid', { details: `limit: ${error.message}` });
  if (error instanceof PauseEndRefused)
    return problem('invalid', { details: `until: ${error.message}` });
  if (error instanceof SecretsLocked) return problem('secrets_locked', { details: error.message });
  if (error instanceof Unauthorized) return challenge(error);
  if (error instanceof Overloaded || isTransient(error)) {
    return problem('unavailable', { details: 'try again in a moment', headers: SOON });
  }
  if (error instanceof MemberRefused) return problemOfOne(error, ': ');
  if (error instanceof EventOfBatchRefused) return problemOfOne(error, '.');
  return problemOfEvent(error) ?? problemOfFramework(error ?? {}) ?? problem('internal');
}

/** What would be said of one of several alone, behind its place; what is not its fault has none. */
function problemOfOne({ cause, message: place }: Error, separator: string): Problem {
  const alone = problemOf(cause);
  if (alone.status >= 500) return alone;
  const { details = '' } = alone.body;
  return { ...alone, body: { ...alone.body, details: `${place}${separator}${details}` } };
}

/**
 * Says which scheme is wanted, as RFC 6750, section 3 asks: with an error code only where the
 * request had an `Authorization`.
 */
function challenge({ given }: Unauthorized): Problem {
  const wanted = 'Bearer realm="postmand"';
  return given === 'missing'
    ? problem('unauthorized', {
        details: 'an API key is required',
        headers: { 'WWW-Authenticate': wanted },
      })
    : problem('unauthorized', {
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

function problemOfFramework(error: FrameworkError): Problem | undefined {
  const { status, type, message = '' } = error;
  switch (status) {
    case 400:
      return type === undefined
        ? problemOfValidation(error)
        : problem('malformed', { details: message });
    case 404:
      return problem('route_not_found');
    case 405:
      return methodNotAllowed(error.headers?.Allow);
    case 413:
      return problem('too_large', { details: 'the body is larger than the limit' });
    case 415:
      return problem('unsupported', { details: message });
    default:
      return undefined;
  }
}

function methodNotAllowed(allow: string | undefined): Problem {
  const headers = allow === undefined ? {} : { headers: { Allow: withHead(allow) } };
  return problem('method_not_allowed', headers);
}

/**
 * What the validator refused, with the name of the field or parameter in front. Where the path has
 * something else than a UUID, nothing can have that id: 404, not 400. Why an ordering key is none
 * is less plain, so it is said.
 */
function problemOfValidation({ errors, message }: FrameworkError): Problem {
  const [fault] = errors ?? [];
  // A percent sign in the path that begins no valid escape.
  if (fault?.message.startsWith('malformed uri')) return problem('invalid_id');
  if (fault?.path === '/params/ordering_key')
    return problem('invalid_id', { details: `ordering_key: ${plain(fault.message)}` });
  if (fault?.path.startsWith('/params/')) return problem('invalid_id');
  return problem('invalid', {
    details: fault ? `${fieldOf(fault.path)}: ${plain(fault.message)}` : (message ?? ''),
  });
}
