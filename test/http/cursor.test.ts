import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeCursor, encodeCursor, type AskedList } from '../../src/http/cursor.ts';

const LIST: AskedList = { operation: 'listDeliveries', filters: { status: 'failed' } };
const ID = 'b81d7e09-2f64-4c3b-a5d8-907e1c6f3b24';
const AT = '2026-11-23T16:26:01.747666Z';
const PLACE = { at: AT, id: ID };
const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0'));

test('a place of any text → the same place, in letters that stand in a URL', () => {
  fc.assert(
    fc.property(text, (at) => {
      const cursor = encodeCursor(LIST, { at, id: ID });
      assert.match(cursor, /^[\w-]+$/);
      assert.deepEqual(decodeCursor(LIST, 'text', cursor), { place: { at, id: ID } });
    }),
  );
});

test('a name of 255 characters, whichever → within the 2,048 that a cursor may have', () => {
  for (const one of ['𝄞', '\u0001', '"'])
    assert.ok(encodeCursor(LIST, { at: one.repeat(255), id: ID }).length <= 2048, one);
});

test('another list or other filters → a fault that says so', () => {
  const cursor = encodeCursor(LIST, PLACE);
  for (const list of [
    { ...LIST, operation: 'listWebhooks' },
    { ...LIST, filters: {} },
  ])
    assert.match(faultOf(cursor, list), /^is of another list/);
});

test('any text, and a cursor with one character changed → a fault, never an error', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => void faultOf(any)));
  const cursor = encodeCursor(LIST, PLACE);
  for (let i = 0; i < cursor.length; i += 1) {
    const other = cursor[i] === 'A' ? 'B' : 'A';
    assert.match(faultOf(cursor.slice(0, i) + other + cursor.slice(i + 1)), /^is no cursor/);
  }
});

test('bytes that somebody made, whose hashes are right → a fault unless they are a place', () => {
  for (const place of ['', ID, AT, `1${AT}`, `${ID}now`, `${ID}infinity`, `${ID} ${AT}`])
    assert.match(faultOf(forged(place)), /^is no cursor/, place);
  assert.match(faultOf(forged(`${ID}\0`), LIST, 'text'), /^is no cursor/);
  assert.deepEqual(decodeCursor(LIST, 'date-time', forged(ID + AT)), { place: PLACE });
});

test('a time that somebody made, which PostgreSQL would refuse → the same one as it reads it', () => {
  for (const [at, read] of [
    ['0000-01-01T00:00:00Z', '-infinity'],
    ['9999-12-31T23:59:59-23:59', 'infinity'],
    ['2020-01-01T00:00:00+23:59', '2019-12-31T00:01:00.000000Z'],
    [`2020-01-01t00:00:00.${'1'.repeat(900)}Z`, '2020-01-01T00:00:00.111111Z'],
  ])
    assert.deepEqual(decodeCursor(LIST, 'date-time', forged(ID + at)), {
      place: { at: read, id: ID },
    });
});

function faultOf(cursor: string, list = LIST, order: 'date-time' | 'text' = 'date-time'): string {
  const decoded = decodeCursor(list, order, cursor);
  return 'fault' in decoded ? decoded.fault : assert.fail(`taken: ${cursor}`);
}

function forged(place: string): string {
  const hash = (content: string | Buffer) =>
    createHash('sha256').update(content).digest().subarray(0, 6);
  const content = Buffer.concat([
    Buffer.of(1),
    hash(JSON.stringify(LIST)),
    Buffer.from(place, 'utf8'),
  ]);
  return Buffer.concat([content, hash(content)]).toString('base64url');
}
