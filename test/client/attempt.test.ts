import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptOutcome, attemptWords } from '../../src/client/explaining/attempt.ts';
import { describeFailure } from '../../src/sending/failure.ts';
import { SendError } from '../../src/sending/send-error.ts';
import { attempt } from './known.ts';

const SENT = { url: 'https://example.com/hook', timeoutMs: 5000 };
const CODES = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_PROXY_TUNNEL',
  'EHOSTDOWN',
  'ENETDOWN',
  'EACCES',
  'EADDRNOTAVAIL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'EPROTO',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'HPE_INVALID_CONSTANT',
  'HPE_HEADER_OVERFLOW',
  'ERR_INVALID_URL',
  'ERR_UNSUPPORTED_PROTOCOL',
  'ERR_SOCKET_BAD_PORT',
  'ERR_INVALID_CHAR',
];

const OTHERS = [
  'the proxy cannot be reached',
  'token endpoint: it answered with status 401, invalid_client',
  'the process that sent this died (SIGSEGV)',
  'the worker that was sending this vanished before it could record the outcome',
  'request and response are not recorded: invalid byte sequence',
];

const messages = [
  ...CODES.map((code) => describeFailure(Object.assign(new Error('x'), { code }), SENT).message),
  ...(['TIMEOUT', 'COMMON_NAME_ONLY', 'CLIENT_CERTIFICATE', 'UPGRADE', 'INTERIM_FLOOD'] as const)
    .map((code) => new SendError(code))
    .map((error) => describeFailure(error, SENT).message),
  describeFailure(new SendError('NOT_ALLOWED', 'a private address'), SENT).message,
  describeFailure(new SendError('UNSENDABLE', 'is not http or https'), SENT).message,
  ...OTHERS,
];

for (const error of new Set(messages))
  test(`an attempt failed with "${error}" → it is told why, and what to do`, () => {
    const { why, advice } = attemptWords(attempt({ response_status_code: 0, error }));
    assert.doesNotMatch(advice, /^Look at the attempt, and/);
    assert.doesNotMatch(why, /undefined|\.$/);
  });

const STATUSES: [status: number, advice: RegExp][] = [
  [202, /valid_status_codes/],
  [301, /Redirects are not followed/],
  [401, /secret of the webhook/],
  [418, /its response should say why/],
  [429, /rate_limit/],
  [503, /does not serve at present/],
  [599, /look at its log/],
];

for (const [status, advice] of STATUSES)
  test(`the endpoint answered ${status} → the advice fits it`, () => {
    const words = attemptWords(attempt({ response_status_code: status }));
    assert.equal(words.why, `the endpoint answered ${status}`);
    assert.match(words.advice, advice);
  });

test('an error that this version does not know → it is shown as it is', () => {
  const { why } = attemptWords(attempt({ response_status_code: 0, error: 'request failed: EWOW' }));
  assert.equal(why, 'request failed: EWOW');
});

test('attempts in a table → status or error', () => {
  assert.equal(
    attemptOutcome(attempt({ success: true, response_status_code: 204 })),
    'answered 204',
  );
  assert.equal(attemptOutcome(attempt()), 'answered 500, which is no success');
  const refused = attempt({ response_status_code: 0, error: 'connection refused' });
  assert.equal(attemptOutcome(refused), 'connection refused');
});
