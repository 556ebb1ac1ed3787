import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { DatabaseError } from 'pg';
import { isConflict, isDatabaseUnavailable, isTransient } from '../../src/database/failure.ts';

type Kind = 'unavailable' | 'conflict' | 'ours';

const TABLE: [what: string, error: unknown, kind: Kind][] = [
  ['a serialization failure', sqlState('40001'), 'conflict'],
  ['a deadlock', sqlState('40P01'), 'conflict'],
  ['a lock time-out', sqlState('55P03'), 'conflict'],
  ['a connection failure', sqlState('08006'), 'unavailable'],
  ['a protocol violation, as a pooler that restarts gives', sqlState('08P01'), 'unavailable'],
  ['too many connections', sqlState('53300'), 'unavailable'],
  ['a full disk', sqlState('53100'), 'unavailable'],
  ['an administrator who ended the connection', sqlState('57P01'), 'unavailable'],
  ['a crash', sqlState('57P02'), 'unavailable'],
  ['a server that starts up', sqlState('57P03'), 'unavailable'],
  ['a statement time-out', sqlState('57014'), 'unavailable'],
  ['a read-only server, as a replica is', sqlState('25006'), 'unavailable'],
  ['a transaction that stood still for too long', sqlState('25P03'), 'unavailable'],
  ['an I/O error', sqlState('58030'), 'unavailable'],
  ['a unique violation', sqlState('23505'), 'ours'],
  ['a foreign key violation', sqlState('23503'), 'ours'],
  ['a number out of range', sqlState('22003'), 'ours'],
  ['a NUL in a text', sqlState('22021'), 'ours'],
  ['a missing table', sqlState('42P01'), 'ours'],
  ['a wrong password', sqlState('28P01'), 'ours'],
  ['an error of PostgreSQL without a code', sqlState(undefined), 'ours'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].map(
    (code): [string, unknown, Kind] => [code, Object.assign(new Error(code), { code }), 'unavailable'],
  ),
  ['ENOENT', Object.assign(new Error('ENOENT'), { code: 'ENOENT' }), 'ours'],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'unavailable'],
  ['a connection that ended in a query', new Error('Connection terminated'), 'unavailable'],
  ['no free connection in time', new Error('timeout exceeded when trying to connect'), 'unavailable'],
  ['no connection in time', new Error('timeout expired'), 'unavailable'],
  ['no answer in time', new Error('Query read timeout'), 'unavailable'],
  ['a client that broke before', new Error('Client has encountered a connection error and is not queryable'), 'unavailable'],
  ['two addresses, both refused', new AggregateError([codeError('ECONNREFUSED'), codeError('ECONNREFUSED')]), 'unavailable'],
  ['several errors of our own', new AggregateError([new TypeError('x'), new TypeError('y')]), 'ours'],
  ['a fault in the code', new TypeError('x is undefined'), 'ours'],
  ['an error that only speaks of connections', new Error('Refused: Connection terminated'), 'ours'],
  ['no error at all', 'ECONNREFUSED', 'ours'],
  ['undefined', undefined, 'ours'],
];

suite('the kind of a failure', () => {
  for (const [what, error, kind] of TABLE) {
    test(`${what} → ${kind}`, () => {
      assert.equal(isDatabaseUnavailable(error), kind === 'unavailable');
      assert.equal(isConflict(error), kind === 'conflict');
      assert.equal(isTransient(error), kind !== 'ours');
    });
  }

  test('what Node really throws for a refused localhost → unavailable', async () => {
    const error = await new Promise((resolve) => connect(1, 'localhost').on('error', resolve));
    assert.equal(isDatabaseUnavailable(error), true);
  });
});

function sqlState(code: string | undefined): DatabaseError {
  return Object.assign(new DatabaseError('said by PostgreSQL', 1, 'error'), { code });
}

function codeError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}
