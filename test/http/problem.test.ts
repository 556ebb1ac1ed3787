import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseError } from 'pg';
import { PageTooLarge } from '../../src/database/long-text.ts';
import { Overloaded } from '../../src/database/shared-commit.ts';
import { AttemptNotFound } from '../../src/attempts/attempt.ts';
import { DeliveryNotFound } from '../../src/deliveries/delivery.ts';
import { IdempotencyRefusal } from '../../src/deliveries/idempotency/refusal.ts';
import { BadRequest, problemOf, Unauthorized } from '../../src/http/problem.ts';
import { PROBLEMS } from '../../src/http/problems.ts';
import { readSpec } from '../../src/http/spec.ts';
import {
  SecretIsCurrent,
  SecretNotFound,
  TokenRefused,
  TooManySecrets,
} from '../../src/webhooks/secrets/secret.ts';
import { SecretsLocked } from '../../src/webhooks/secrets/vault.ts';
import { WebhookNotFound } from '../../src/webhooks/webhook.ts';

const CASES: [
  what: string,
  error: unknown,
  status: number,
  code: number,
  message: string,
  details?: string,
][] = [
  ['an unexpected error', new TypeError('x is not a function'), 500, 1, 'internal server error'],
  ['a thrown value that is not an error', 'oops', 500, 1, 'internal server error'],
  ['a value that the database refuses', databaseError('22021'), 500, 1, 'internal server error'],
  ['an answer that the document does not have', statusError(500), 500, 1, 'internal server error'],
  [
    'a bad path parameter',
    invalid('/params/webhook_id', 'must match format "uuid"'),
    404,
    2,
    'invalid id',
  ],
  [
    'a body that is not JSON',
    { status: 400, type: 'entity.parse.failed', message: 'no JSON' },
    400,
    3,
    'malformed request body',
    'no JSON',
  ],
  [
    'a body that is not UTF-8',
    new BadRequest('malformed', 'not UTF-8'),
    400,
    3,
    'malformed request body',
    'not UTF-8',
  ],
  [
    'a bad field',
    invalid('/body/url', 'must match format "uri"'),
    400,
    4,
    'request validation failed',
    'url: must be an absolute http or https URL',
  ],
  [
    'a bad field within a field',
    invalid('/body/codes/3', 'must be integer'),
    400,
    4,
    'request validation failed',
    'codes.3: must be integer',
  ],
  [
    'a bad body',
    invalid('/body', 'must be object'),
    400,
    4,
    'request validation failed',
    'body: must be object',
  ],
  [
    'a bad parameter',
    new BadRequest('invalid', 'limit: must be a whole number'),
    400,
    4,
    'request validation failed',
    'limit: must be a whole number',
  ],
  ['no such webhook', new WebhookNotFound(), 404, 5, 'webhook not found'],
  ['no such delivery', new DeliveryNotFound(), 404, 6, 'delivery not found'],
  ['no such attempt', new AttemptNotFound(), 404, 7, 'delivery attempt not found'],
  ['no such route', statusError(404), 404, 8, 'route not found'],
  ['no such method', statusError(405), 405, 9, 'method not allowed'],
  [
    'another media type',
    new BadRequest('unsupported', 'not JSON'),
    415,
    10,
    'unsupported media type',
    'not JSON',
  ],
  [
    'too long a body',
    new BadRequest('too_large', 'too long'),
    413,
    11,
    'request body too large',
    'too long',
  ],
  [
    'a request without a key',
    new Unauthorized('missing'),
    401,
    13,
    'unauthorized',
    'an API key is required',
  ],
  [
    'a request with a wrong key',
    new Unauthorized('invalid'),
    401,
    13,
    'unauthorized',
    'the API key is not known',
  ],
  [
    'a request that takes too long',
    new BadRequest('slow', 'too long'),
    408,
    14,
    'request timeout',
    'too long',
  ],
  [
    'too large a head',
    new BadRequest('long_head', 'too many'),
    431,
    15,
    'request headers too large',
    'too many',
  ],
  ['no HTTP', new BadRequest('no_http', 'what?'), 400, 16, 'malformed request', 'what?'],
  [
    'a key of another request',
    new IdempotencyRefusal('idempotency_key_reused'),
    422,
    24,
    'idempotency key reused',
    'Idempotency-Key: it was used for another request',
  ],
  [
    'a key of what is deleted',
    new IdempotencyRefusal('delivery_gone'),
    409,
    25,
    'delivery gone',
    'Idempotency-Key: the request was done, and what it created is deleted',
  ],
  ['no such secret', new SecretNotFound(), 404, 21, 'secret not found'],
  [
    'one secret too many',
    new TooManySecrets(),
    422,
    20,
    'too many secrets',
    'at most 3: end one of them, or wait until one ends',
  ],
  [
    'the end of the present secret',
    new SecretIsCurrent(),
    409,
    23,
    'current secret',
    'it signs now: rotate it first, or set another secret_token, which ends it',
  ],
  [
    'a token that cannot be the next secret',
    new TokenRefused('must be another'),
    400,
    4,
    'request validation failed',
    'secret_token: must be another',
  ],
  [
    'a precondition that does not hold',
    new BadRequest('precondition_failed', 'If-Match: changed'),
    412,
    19,
    'precondition failed',
    'If-Match: changed',
  ],
  [
    'an invalid escape in the path',
    invalid('/v1/webhooks/%zz', `malformed uri'`),
    404,
    2,
    'invalid id',
  ],
  [
    'too large a page',
    new PageTooLarge(100 * 1024 * 1024),
    400,
    4,
    'request validation failed',
    'limit: this page would hold 100 MiB, at most 64 MiB; ask for fewer items',
  ],
  [
    'secrets whose key is missing',
    new SecretsLocked({ owner: 'webhooks 1', keyId: 'k1', reason: 'key_missing' }),
    503,
    22,
    'secrets locked',
    'the secrets of webhooks 1 are encrypted with the key "k1", which POSTMAND_ENCRYPTION_KEYS of this process does not have',
  ],
  ['too many callers', new Overloaded(), 503, 12, 'service unavailable', 'try again in a moment'],
  [
    'a table that does not exist',
    databaseError('42P01'),
    503,
    12,
    'service unavailable',
    'try again in a moment',
  ],
  [
    'a password that was changed',
    databaseError('28P01'),
    503,
    12,
    'service unavailable',
    'try again in a moment',
  ],
  ['a deadlock', databaseError('40P01'), 503, 12, 'service unavailable', 'try again in a moment'],
  [
    'a statement that took too long',
    databaseError('57014'),
    503,
    12,
    'service unavailable',
    'try again in a moment',
  ],
  [
    'a database that restarts',
    databaseError('57P03'),
    503,
    12,
    'service unavailable',
    'try again in a moment',
  ],
  [
    'a database that does not exist',
    codeError('ECONNREFUSED'),
    503,
    12,
    'service unavailable',
    'try again in a moment',
  ],
];

for (const [what, error, status, code, message, details] of CASES) {
  test(`${what} → ${status} with code ${code}`, () => {
    const problem = problemOf(error);
    assert.equal(problem.status, status);
    assert.deepEqual(problem.body, {
      code,
      message,
      ...(details === undefined ? {} : { details }),
    });
  });
}

test('a 503 → says when to try again', () =>
  assert.deepEqual(problemOf(new Overloaded()).headers, { 'Retry-After': '2' }));

test('a method that a path does not have → the answer names the methods that it has, HEAD where there is GET', () =>
  assert.deepEqual(
    problemOf(Object.assign(statusError(405), { headers: { Allow: 'GET, PUT' } })).headers,
    { Allow: 'GET, HEAD, PUT' },
  ));

test('an unknown field has an empty name, for which the validator gives no path → the name is said', () =>
  assert.equal(
    problemOf(invalid('', 'must NOT have additional properties')).body.details,
    '"": is not a known field',
  ));

test('details that repeat a long input → they are cut', () => {
  const { details = '' } = problemOf(
    invalid(`/body/${'x'.repeat(10_000)}`, 'must NOT have additional properties'),
  ).body;
  assert.match(details, /^x{300}…$/);
});

test('the codes of all problems → those in the table of openapi.yaml, with their words and statuses', () => {
  const rows = readSpec().yaml.matchAll(/^ +\| (\d+) \| ([^|;]+)[^|]* \| (\d+) \|$/gm);
  assert.deepEqual(
    Object.values(PROBLEMS),
    Array.from(rows, ([, code, message, status]) => ({
      status: Number(status),
      code: Number(code),
      message: message?.trim(),
    })),
  );
});

function statusError(status: number): Error {
  return Object.assign(new Error('said by the framework'), { status });
}

function codeError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

function invalid(path: string, message: string): Error {
  return Object.assign(statusError(400), { errors: [{ path, message }] });
}

function databaseError(code: string): DatabaseError {
  return Object.assign(new DatabaseError('said by PostgreSQL', 1, 'error'), { code });
}
