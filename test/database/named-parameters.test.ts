import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNames } from '../../src/database/named-parameters.ts';

const CASES: [when: string, sql: string, values: object, text: string, numbered: unknown[]][] = [
  ['no name', 'select 1', {}, 'select 1', []],
  ['a value', 'select $a', { a: 1 }, 'select $1', [1]],
  [
    'false, 0 and empty text',
    'select $a, $b, $c',
    { a: false, b: 0, c: '' },
    'select $1, $2, $3',
    [false, 0, ''],
  ],
  [
    'a name written twice',
    '$a::int is null or a = $a and b = $b',
    { a: 1, b: 2 },
    '$1::int is null or a = $1 and b = $2',
    [1, 2],
  ],
  ['names in another order than values', '$b, $a', { a: 1, b: 2 }, '$1, $2', [2, 1]],
  [
    'a name that begins like another',
    '$created_gte, $created_gt',
    { created_gt: 1, created_gte: 2 },
    '$1, $2',
    [2, 1],
  ],
  ['a value that is not named', 'select $a', { a: 1, b: 2 }, 'select $1', [1]],
  ['undefined and null', '$a, $b', { a: undefined, b: null }, '$1, $2', [null, null]],
];

for (const [when, sql, values, text, numbered] of CASES)
  test(`${when}: ${sql} → ${text}`, () =>
    assert.deepEqual(withNames(sql, { ...values }), [text, numbered]));

test('a name without a value → refused by name', () =>
  assert.throws(() => withNames('select $limit', { offset: 1 }), /\$limit/));
