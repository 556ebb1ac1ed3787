import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { DatabaseError } from 'pg';
import {
  DatabaseUnreachable,
  isConflict,
  isOfRow,
  isOutdated,
  isReadOnly,
  isTransient,
  spoilsConnection,
} from '../../src/database/failure.ts';

/**
 * `data`: a refusal of the values. `ours`: a fault in our code. Neither passes. The connection that
 * said `lost`, `outdated` or `read-only` is not used again.
 */
type Kind = 'passing' | 'conflict' | 'lost' | 'outdated' | 'read-only' | 'data' | 'ours';

const ANSWERS: [code: string, what: string, kind: Kind][] = [
  ['08006', 'a connection failure', 'lost'],
  ['08P01', 'a protocol violation, as a pooler that restarts gives', 'lost'],
  ['0A000', 'a feature that the server does not have', 'passing'],
  ['08000', 'a connection exception', 'lost'],
  ['08003', 'a connection that does not exist', 'lost'],
  ['22003', 'a number out of range', 'data'],
  ['22021', 'a NUL in a text', 'data'],
  ['22P02', 'a text that is not a value of its type', 'data'],
  ['23502', 'a null where there must be none', 'data'],
  ['23503', 'a foreign key violation', 'data'],
  ['23505', 'a unique violation', 'data'],
  ['23514', 'a check violation', 'data'],
  ['25006', 'a read-only server, as a replica is', 'read-only'],
  ['25001', 'a transaction where there must be none', 'passing'],
  ['25P02', 'a transaction that has failed already', 'passing'],
  ['25P03', 'a transaction that stood still for too long', 'lost'],
  ['25P04', 'a transaction that took too long', 'lost'],
  ['26000', 'a prepared statement that a pooler lost', 'outdated'],
  ['28000', 'a role that may not log in any more', 'lost'],
  ['28P01', 'a password that was changed', 'lost'],
  ['3D000', 'a database that is not there', 'lost'],
  ['3F000', 'a schema that is not there', 'passing'],
  ['40001', 'a serialization failure', 'conflict'],
  ['40003', 'a statement of which nobody knows whether it completed', 'passing'],
  ['40P01', 'a deadlock', 'conflict'],
  ['42501', 'a permission that was taken away', 'passing'],
  ['42883', 'a function that is not there', 'passing'],
  ['42601', 'a syntax error, as a server that is too old gives', 'passing'],
  ['42P01', 'a table that is not there', 'passing'],
  ['44000', 'a row that the WITH CHECK OPTION of a view refuses', 'data'],
  ['53000', 'insufficient resources', 'passing'],
  ['53100', 'a full disk', 'passing'],
  ['53200', 'no memory', 'passing'],
  ['53300', 'too many connections', 'passing'],
  ['53400', 'a limit of the configuration', 'passing'],
  ['54000', 'a row that is too large for an index', 'data'],
  ['55000', 'a database that takes no connections', 'passing'],
  ['54001', 'a statement that is too complex', 'data'],
  ['55006', 'an object that is in use', 'passing'],
  ['55P03', 'a lock time-out', 'conflict'],
  ['57000', 'an operator who intervened', 'passing'],
  ['57014', 'a statement time-out', 'passing'],
  ['57P01', 'an administrator who ended the connection', 'lost'],
  ['57P02', 'a crash', 'lost'],
  ['57P03', 'a server that starts up', 'lost'],
  ['57P04', 'a database that was dropped', 'lost'],
  ['57P05', 'a session that was idle for too long', 'lost'],
  ['58000', 'a system error', 'passing'],
  ['58P01', 'a file of the server that is not there', 'passing'],
  ['58030', 'an I/O error', 'passing'],
  ['P0001', 'an error that a trigger raises', 'passing'],
  ['XX000', 'an internal error', 'passing'],
  ['XX001', 'damaged data', 'passing'],
];

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
const LOCAL = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAI_FAIL', 'EAI_MEMORY'];
const LATE = ['ERR_SOCKET_CLOSED', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];
const TLS = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'EPROTO',
];

const TABLE: [what: string, error: unknown, kind: Kind][] = [
  ...ANSWERS.map(([code, what, kind]): [string, unknown, Kind] => [
    `${code}, ${what}`,
    sqlState(code),
    kind,
  ]),
  ['an unknown code', sqlState('ZZ999'), 'passing'],
  ['an error of PostgreSQL without a code', sqlState(undefined), 'passing'],
  ...[...NETWORK, ...LOCAL, ...LATE, ...TLS].map((code): [string, unknown, Kind] => [
    code,
    codeError(code),
    'lost',
  ]),
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'lost'],
  ['a connection that ended in a query', new Error('Connection terminated'), 'lost'],
  ['a connection that was ended here', new Error('Client was closed and is not queryable'), 'lost'],
  [
    'an unexpected answer',
    new Error('Received unexpected commandComplete message from backend.'),
    'lost',
  ],
  ['no free connection in time', new Error('timeout exceeded when trying to connect'), 'passing'],
  ['no connection in time', new Error('timeout expired'), 'passing'],
  ['no answer in time', new Error('Query read timeout'), 'passing'],
  [
    'a client that broke before',
    new Error('Client has encountered a connection error and is not queryable'),
    'lost',
  ],
  ['a server without TLS', new Error('The server does not support SSL connections'), 'passing'],
  ['no connection for any reason', new DatabaseUnreachable(codeError('ENOENT')), 'passing'],
  [
    'two addresses, both refused',
    new AggregateError([codeError('ECONNREFUSED'), codeError('ECONNREFUSED')]),
    'passing',
  ],
  [
    'several errors of our own',
    new AggregateError([new TypeError('x'), new TypeError('y')]),
    'ours',
  ],
  ['ENOENT of a file', codeError('ENOENT'), 'ours'],
  ['a fault in the code', new TypeError('x is undefined'), 'ours'],
  ['an error that only speaks of connections', new Error('Refused: Connection terminated'), 'ours'],
  ['a value that is not an error', 'ECONNREFUSED', 'ours'],
  ['undefined', undefined, 'ours'],
];

suite('the kind of a failure', () => {
  for (const [what, error, kind] of TABLE) {
    test(`${what} → ${kind}`, () => {
      assert.equal(isTransient(error), kind !== 'data' && kind !== 'ours');
      assert.equal(isConflict(error), kind === 'conflict');
      assert.equal(
        spoilsConnection(error),
        kind === 'lost' || kind === 'outdated' || kind === 'read-only',
      );
      assert.equal(isOutdated(error), kind === 'outdated');
      assert.equal(isReadOnly(error), kind === 'read-only');
    });
  }

  test('the error that Node throws for a refused localhost → passing', async () => {
    const error = await new Promise((resolve) => connect(1, 'localhost').on('error', resolve));
    assert.equal(isTransient(error), true);
  });
});

test('an error of PostgreSQL → may be the fault of a row, or befalls any transaction', () => {
  const codes = ['P0001', '22P02', '23514', 'XX001', '54000', '40P01', '53200', '55P03', '57014'];
  assert.deepEqual(
    codes.filter((code) => isOfRow(sqlState(code))),
    ['P0001', '22P02', '23514', 'XX001', '54000'],
  );
  assert.equal(isOfRow(new Error('damaged')), false);
});

test('two addresses that refuse → the message of the first', () => {
  const both = new AggregateError([
    new Error('connect ECONNREFUSED ::1:5432'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ]);
  assert.equal(new DatabaseUnreachable(both).message, 'connect ECONNREFUSED ::1:5432');
});

function sqlState(code: string | undefined): DatabaseError {
  return Object.assign(new DatabaseError('said by PostgreSQL', 1, 'error'), { code });
}

function codeError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}
