import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compare } from '../../src/schemas/compatibility/compare.ts';
import type { JsonSchema } from '../../src/schemas/json-schema.ts';

const string = { type: 'string' };
const kind = (value: string, others: object = {}) => ({
  type: 'object',
  required: ['kind'],
  properties: { kind: { const: value }, ...others },
});

const ALLOWED: [what: string, before: JsonSchema, after: JsonSchema][] = [
  ['the same', { properties: { a: string } }, { properties: { a: string } }],
  ['anything', true, {}],
  ['nothing before', false, string],
  ['other remarks', { title: 'a', description: 'b', 'x-c': 1 }, { title: 'd', default: 1 }],
  ['a new member', { properties: { a: string } }, { properties: { a: string, b: string } }],
  [
    'a new member where others were not allowed',
    { properties: {}, additionalProperties: false },
    { properties: { b: string }, additionalProperties: false },
  ],
  ['not required any more', { required: ['a', 'b'] }, { required: ['b'] }],
  ['another type', string, { type: ['string', 'null'] }],
  ['an integer is a number', { type: 'integer' }, { type: 'number' }],
  ['a number is an integer or a number', { type: 'number' }, { type: ['integer', 'number'] }],
  ['no type', string, {}],
  ['more values', { enum: ['a', 1] }, { enum: [1, 'b', 'a'] }],
  ['equal objects as values', { enum: [{ a: 1, b: 2 }] }, { enum: [{ b: 2, a: 1 }] }],
  ['a value becomes one of several', { const: 'a' }, { enum: ['a', 'b'] }],
  ['values become a type', { enum: ['a', 'b'] }, string],
  ['no value of that type', { type: 'integer', enum: ['a', 1] }, { enum: [1] }],
  ['wider bounds', { minimum: 1, maximum: 5 }, { minimum: 0, maximum: 6 }],
  ['an open bound becomes closed', { exclusiveMinimum: 1 }, { minimum: 1 }],
  ['a bound for another type', string, { type: 'string', minimum: 5, maxItems: 1 }],
  ['shorter and longer', { minLength: 2, maxLength: 3 }, { minLength: 1, maxLength: 4 }],
  ['a multiple of a part', { multipleOf: 4 }, { multipleOf: 2 }],
  ['no pattern', { pattern: 'a' }, {}],
  ['need not differ', { uniqueItems: true }, {}],
  ['wider items', { items: { type: 'integer' } }, { items: { type: 'number' } }],
  ['the first item gets its place', { items: string }, { prefixItems: [string], items: string }],
  ['others are allowed', { additionalProperties: false }, {}],
  ['a part of an anyOf more', { anyOf: [string] }, { anyOf: [{ type: 'null' }, string] }],
  ['the parts of an allOf widened', { allOf: [{ minimum: 1 }] }, { allOf: [{ minimum: 0 }] }],
  ['a new kind of oneOf', { oneOf: [kind('a')] }, { oneOf: [kind('a', { b: string }), kind('b')] }],
  [
    'equal parts of oneOf',
    { oneOf: [string, { type: 'null' }] },
    { oneOf: [string, { type: 'null', title: 'none' }] },
  ],
  [
    'a reference in place of a schema',
    { properties: { a: string } },
    { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: ['string', 'null'] } } },
  ],
  [
    'another name for what is referred to',
    { $ref: '#/$defs/a', $defs: { a: string } },
    { $ref: '#/$defs/b', $defs: { b: string } },
  ],
  [
    'a tree',
    { properties: { children: { items: { $ref: '#' } } } },
    { properties: { children: { items: { $ref: '#' } }, name: string } },
  ],
  [
    'what cannot be compared, unchanged',
    { not: { $ref: '#/$defs/a' }, $defs: { a: string } },
    { not: { $ref: '#/$defs/a' }, $defs: { a: string } },
  ],
  ['a forbidden member', { properties: { a: false } }, {}],
];

suite('a schema that may follow', () => {
  for (const [what, before, after] of ALLOWED)
    test(what, () => assert.deepEqual(compare(before, after), { kind: 'compatible' }));
});

type Refused = [
  what: string,
  before: JsonSchema,
  after: JsonSchema,
  pointer: string,
  message: string,
];
const NOT_COMPARED = 'cannot be compared with what was there before';
const REFUSED: Refused[] = [
  ['a member removed', { properties: { 'a/b': string } }, {}, '/properties/a~1b', 'was removed'],
  [
    'a member removed below',
    { properties: { a: { items: { properties: { b: true } } } } },
    { properties: { a: { items: { properties: { c: true } } } } },
    '/properties/a/items/properties/b',
    'was removed',
  ],
  ['nothing allowed', true, false, '', 'allows nothing now'],
  ['a schema for anything', {}, string, '/type', 'does not allow array any more'],
  ['a type less', { type: ['string', 'null'] }, string, '/type', 'does not allow null any more'],
  [
    'only integers',
    { type: 'number' },
    { type: 'integer' },
    '/type',
    'does not allow number any more',
  ],
  [
    'newly required',
    { properties: { a: string } },
    { properties: { a: string }, required: ['a'] },
    '/properties/a',
    'is newly required',
  ],
  [
    'newly required, without a schema',
    {},
    { required: ['a'] },
    '/required',
    '"a" is newly required',
  ],
  ['a value less', { enum: ['a', 'b'] }, { enum: ['a'] }, '/enum', 'does not allow "b" any more'],
  ['a value alone', string, { const: 'a' }, '/const', 'allows some values alone now'],
  [
    'a higher minimum',
    { minimum: 1 },
    { minimum: 2 },
    '/minimum',
    'is 2, which is narrower than before',
  ],
  [
    'a lower maximum',
    { maximum: 1 },
    { exclusiveMaximum: 1 },
    '/exclusiveMaximum',
    'is 1, which is narrower than before',
  ],
  ['shorter', string, { type: 'string', maxLength: 5 }, '/maxLength', 'is 5, and is new'],
  ['longer', { minLength: 1 }, { minLength: 2 }, '/minLength', 'is 2, and was 1'],
  ['another pattern', { pattern: 'a' }, { pattern: 'b' }, '/pattern', 'is not the one before'],
  ['a format', string, { type: 'string', format: 'uuid' }, '/format', 'is not the one before'],
  ['must differ', {}, { uniqueItems: true }, '/uniqueItems', 'is new'],
  ['another step', { multipleOf: 2 }, { multipleOf: 3 }, '/multipleOf', 'is 3, and was 2'],
  [
    'narrower items',
    { items: true },
    { items: string },
    '/items/type',
    'does not allow array any more',
  ],
  [
    'a place of an item',
    {},
    { prefixItems: [string] },
    '/prefixItems/0/type',
    'does not allow array any more',
  ],
  [
    'no others',
    {},
    { additionalProperties: false },
    '/additionalProperties',
    'does not allow other members any more',
  ],
  [
    'a new member of another type than the others',
    { additionalProperties: string },
    { properties: { a: { type: 'null' } }, additionalProperties: string },
    '/properties/a/type',
    'does not allow string any more',
  ],
  [
    'a new pattern for names',
    {},
    { patternProperties: { a: string } },
    '/patternProperties/a',
    'is new, and cannot be compared',
  ],
  [
    'a part of an anyOf less',
    { anyOf: [string, { type: 'null' }] },
    { anyOf: [string] },
    '/anyOf/1',
    'was removed',
  ],
  ['an anyOf less', { anyOf: [string] }, {}, '/anyOf', NOT_COMPARED],
  [
    'a part of an allOf more',
    { allOf: [string] },
    { allOf: [string, { minLength: 1 }] },
    '/allOf',
    NOT_COMPARED,
  ],
  [
    'a part of a oneOf more, which is not apart',
    { oneOf: [string] },
    { oneOf: [string, { minLength: 5 }] },
    '/oneOf',
    'has a new part, which values of another part may fit as well',
  ],
  [
    'a part of a oneOf that takes more',
    { oneOf: [string, { type: 'null' }] },
    { oneOf: [string, { type: ['null', 'string'] }] },
    '/oneOf/1',
    'takes more, which may fit another part as well',
  ],
  [
    'narrower behind a reference',
    { $ref: '#/$defs/a', $defs: { a: string } },
    { $ref: '#/$defs/a', $defs: { a: { type: 'string', maxLength: 1 } } },
    '/$defs/a/maxLength',
    'is 1, and is new',
  ],
  [
    'another one behind the same reference',
    { not: { $ref: '#/$defs/a' }, $defs: { a: string } },
    { not: { $ref: '#/$defs/a' }, $defs: { a: {} } },
    '/not',
    NOT_COMPARED,
  ],
  ['another condition', { if: string }, { if: {} }, '/if', NOT_COMPARED],
  ['a keyword that nobody knows', {}, { wider: true }, '/wider', NOT_COMPARED],
  [
    'a tree that is narrower in its leaves',
    { properties: { children: { items: { $ref: '#' } }, n: string } },
    { properties: { children: { items: { $ref: '#' } }, n: { type: 'string', minLength: 1 } } },
    '/properties/n/minLength',
    'is 1, and was 0',
  ],
];

suite('a schema that may not follow', () => {
  for (const [what, before, after, pointer, message] of REFUSED)
    test(`${what} → ${pointer} ${message}`, () =>
      assert.deepEqual(compare(before, after), { kind: 'incompatible', pointer, message }));

  test('alternatives that double, narrower at their end → refused soon', () => {
    const doubling = (leaf: object) => {
      const $defs: Record<string, object> = { a40: leaf };
      for (let i = 0; i < 40; i += 1)
        $defs[`a${i}`] = {
          anyOf: [1, 2].map((n) => ({ minLength: n, $ref: `#/$defs/a${i + 1}` })),
        };
      return { $ref: '#/$defs/a0', $defs };
    };
    const startedAt = performance.now();
    const answer = compare(doubling({}), doubling({ maxLength: 1 }));
    assert.equal(answer.kind, 'incompatible');
    assert.ok(performance.now() - startedAt < 1000);
  });
});
