import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure, type FailureReason } from '../../src/sending/failure.ts';
import { SendError } from '../../src/sending/send-error.ts';

const URL_WITH_PASSWORD = 'https://user:hunter2@hooks.example.com:8443/path?key=hunter3';
const SENT = { url: URL_WITH_PASSWORD, timeoutMs: 1500 };

const CASES: [error: unknown, reason: FailureReason, message: string][] = [
  [new SendError('TIMEOUT'), 'timeout', 'timeout after 1.5 s'],
  [new SendError('UPGRADE'), 'protocol', 'the endpoint switched protocols (101)'],
  [new SendError('INTERIM_FLOOD'), 'protocol', 'too many interim responses (1xx)'],
  [coded('ENOTFOUND'), 'dns', 'name not found: hooks.example.com'],
  [coded('EAI_AGAIN'), 'dns', 'name lookup failed for now: hooks.example.com'],
  [coded('ECONNREFUSED'), 'refused', 'connection refused'],
  [coded('ECONNRESET'), 'reset', 'connection reset before a complete response'],
  [coded('EPIPE'), 'reset', 'connection closed before a complete response'],
  [coded('ETIMEDOUT'), 'timeout', 'timeout while connecting'],
  [coded('EHOSTUNREACH'), 'unreachable', 'host unreachable'],
  [coded('ENETUNREACH'), 'unreachable', 'network unreachable'],
  [coded('EAI_FAIL'), 'dns', 'name lookup failed: hooks.example.com'],
  [coded('EHOSTDOWN'), 'unreachable', 'host unreachable'],
  [coded('ENETDOWN'), 'unreachable', 'network unreachable'],
  [coded('EACCES'), 'unreachable', 'this machine may not connect there'],
  [coded('EPERM'), 'unreachable', 'this machine may not connect there'],
  [coded('EINVAL'), 'unreachable', 'address not available'],
  [coded('ECONNABORTED'), 'reset', 'connection closed before a complete response'],
  [new SendError('UNSENDABLE', 'has port 0'), 'invalid', 'the URL of the webhook has port 0'],
  [coded('CERT_HAS_EXPIRED'), 'tls', 'certificate expired'],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls', 'certificate is self-signed'],
  [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', 'certificate is not for hooks.example.com'],
  [coded('CERT_REVOKED'), 'tls', 'TLS handshake failed'],
  [coded('UNABLE_TO_GET_ISSUER_CERT'), 'tls', 'certificate cannot be verified'],
  [coded('INVALID_CA'), 'tls', 'certificate cannot be verified'],
  [coded('UNSPECIFIED'), 'tls', 'certificate cannot be verified'],
  [coded('ERR_TLS_INVALID_STATE'), 'tls', 'TLS handshake failed'],
  [
    new SendError('COMMON_NAME_ONLY'),
    'tls',
    'certificate names hooks.example.com only as common name, not as subject alternative name',
  ],
  [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls', 'TLS handshake failed'],
  [coded('EPROTO'), 'tls', 'TLS handshake failed'],
  // The codes and messages of Node.js 24 for alerts that OpenSSL's own server sends.
  [
    coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    'tls',
    'the endpoint asks for a client certificate',
  ],
  [
    coded('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'),
    'tls',
    'the endpoint does not know the authority of the client certificate',
  ],
  [
    coded('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED'),
    'tls',
    'the endpoint says that the client certificate has expired',
  ],
  [
    Object.assign(
      new Error(
        'write EPROTO 40:error:0A000415:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:',
      ),
      { code: 'EPROTO' },
    ),
    'tls',
    'the endpoint refused the client certificate, or asks for one',
  ],
  [coded('HPE_HEADER_OVERFLOW'), 'protocol', 'response headers too large'],
  [coded('HPE_INVALID_CONSTANT'), 'protocol', 'the answer is not valid HTTP'],
  [coded('ERR_INVALID_URL'), 'invalid', 'the URL of the webhook is not valid'],
  [coded('ERR_UNSUPPORTED_PROTOCOL'), 'invalid', 'the URL of the webhook is not http or https'],
  [
    coded('ERR_INVALID_CHAR'),
    'invalid',
    'a header would hold a character that HTTP does not allow',
  ],
  [coded('E_NEVER_HEARD_OF'), 'other', 'request failed: E_NEVER_HEARD_OF'],
  [
    new Error('no code at all, but hunter2'),
    'other',
    'request failed: neither Node.js nor the endpoint gave a reason',
  ],
  [
    new URIError('hunter2'),
    'other',
    'request failed: neither Node.js nor the endpoint gave a reason',
  ],
  ['hunter2', 'other', 'request failed: neither Node.js nor the endpoint gave a reason'],
  [undefined, 'other', 'request failed: neither Node.js nor the endpoint gave a reason'],
];

for (const [error, reason, message] of CASES) {
  test(`${(error as { code?: string } | undefined)?.code ?? `without a code: ${String(error)}`} → ${reason}: ${message}`, () => {
    assert.deepEqual(describeFailure(error, SENT), { reason, message });
  });
}

test('an error wrapped by got → the one that Node reported', () => {
  const wrapped = Object.assign(new Error('got', { cause: coded('ECONNREFUSED') }), {
    code: 'ERR_GOT_REQUEST_ERROR',
  });
  assert.equal(describeFailure(wrapped, SENT).reason, 'refused');
});

test('several addresses that all failed → the first of them', () => {
  const every = Object.assign(new AggregateError([coded('EHOSTUNREACH'), coded('ECONNREFUSED')]), {
    code: 'EHOSTUNREACH',
  });
  assert.equal(
    describeFailure(new Error('got', { cause: every }), SENT).message,
    'host unreachable',
  );
});

for (const code of ['ENETUNREACH', 'EADDRNOTAVAIL']) {
  test(`several addresses, the first fails with ${code} → what came of the others`, () => {
    const every = new AggregateError([coded(code), coded('ECONNREFUSED'), coded('EHOSTUNREACH')]);
    assert.equal(
      describeFailure(new Error('got', { cause: every }), SENT).message,
      'connection refused',
    );
  });
}

test('several addresses that cannot be reached from this machine → the first of them', () => {
  const every = new AggregateError([coded('ENETUNREACH'), coded('EADDRNOTAVAIL')]);
  assert.equal(
    describeFailure(new Error('got', { cause: every }), SENT).message,
    'network unreachable',
  );
});

test('whatever fails → nothing of the URL but its host, and nothing of the original message', () => {
  for (const [error] of CASES)
    assert.doesNotMatch(describeFailure(error, SENT).message, /hunter|user|8443|path/);
});

test('a URL that cannot be parsed → a message all the same', () => {
  assert.deepEqual(describeFailure(coded('ENOTFOUND'), { url: 'http://', timeoutMs: 1000 }), {
    reason: 'dns',
    message: 'name not found: ',
  });
});

function coded(code: string): Error {
  return Object.assign(new Error(`failed with hunter2 for ${URL_WITH_PASSWORD}`), { code });
}
