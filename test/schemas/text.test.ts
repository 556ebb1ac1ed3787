import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { schemaText } from '../../src/schemas/text.ts';

const MANY = Array.from({ length: 19_000 }, (_one, i) => [`k${i}`, {}]);
const TOO_LARGE = 'may have at most 65536 bytes as compact JSON, and has ';

const CASES: [what: string, value: unknown, pointer: string, message: string][] = [
  // The place of each member, written out, would take 10 GB.
  [
    'many members below a long name',
    { ['x'.repeat(500_000)]: Object.fromEntries(MANY) },
    '',
    `${TOO_LARGE}more`,
  ],
  ['many numbers', { enum: Array.from({ length: 59_000 }, () => 1) }, '', `${TOO_LARGE}more`],
  ['a long text', 'x'.repeat(65_537), '', `${TOO_LARGE}more`],
  ['bytes that are more than characters', ['ä'.repeat(40_000)], '', `${TOO_LARGE}80004`],
  [
    'a number beyond a double',
    { a: { 'b/c': [1, Infinity] } },
    '/a/b~1c/1',
    'must be a number that fits a double',
  ],
];

suite('a schema or an example', () => {
  for (const [what, value, pointer, message] of CASES)
    test(`${what} → refused`, () => {
      assert.deepEqual(schemaText(value), { fault: { pointer, message } });
    });

  test('65,536 bytes → taken', () => {
    const value = { enum: ['x'.repeat(65_536 - 11 - 2)] };
    const written = schemaText(value);
    assert.ok('text' in written);
    assert.equal(written.text.length, 65_536);
  });

  test('scalars, names and texts of JSON → as JSON.stringify writes them', () => {
    for (const value of [null, true, 1.5, 'a', [], {}, [[{ a: [null, 'b'] }]]])
      assert.deepEqual(schemaText(value), { text: JSON.stringify(value) });
  });
});
