import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DatabaseError } from 'pg';
import { mayBeStarting } from '../../src/database/starting.ts';

suite('faults that keep a command from the database at the start', () => {
  const NETWORK = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ];
  const COMES: [what: string, error: unknown][] = [
    ...NETWORK.map((code): [string, unknown] => [code, codeError(code)]),
    ...['57P01', '57P02', '57P03'].map((code): [string, unknown] => [code, sqlState(code)]),
    ['a socket file that is not there', codeError('ENOENT', 'connect')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['no answer', new Error('timeout expired')],
    [
      'two addresses of which one refuses',
      new AggregateError([codeError('EACCES'), codeError('ECONNREFUSED')]),
    ],
  ];
  for (const [what, error] of COMES)
    test(`${what} → the database may be starting`, () => assert.equal(mayBeStarting(error), true));

  const TLS = [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'EPROTO',
  ];
  const ANSWERS = ['28000', '28P01', '3D000', '42501', '53300', undefined];
  const STAYS: [what: string, error: unknown][] = [
    ...ANSWERS.map((code): [string, unknown] => [
      code ?? 'an answer without a code',
      sqlState(code),
    ]),
    ...TLS.map((code): [string, unknown] => [code, codeError(code)]),
    ['a certificate file that is not there', codeError('ENOENT', 'open')],
    ['a server without TLS', new Error('The server does not support SSL connections')],
    ['a fault in the code', new TypeError('x is undefined')],
    ['no error at all', 'ECONNREFUSED'],
  ];
  for (const [what, error] of STAYS)
    test(`${what} → reported at once`, () => assert.equal(mayBeStarting(error), false));
});

function sqlState(code: string | undefined): DatabaseError {
  return Object.assign(new DatabaseError('said by PostgreSQL', 1, 'error'), { code });
}

function codeError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code, syscall });
}
