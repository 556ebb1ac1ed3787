import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SchemaThread } from '../../src/schemas/schema-thread.ts';
import { wholeFile } from '../setup/whole-file.ts';

const schemas = new SchemaThread();
wholeFile.after(() => schemas.close());

const json = (value: unknown) => JSON.stringify(value);
const REFERENCES = 'is not supported: references are JSON Pointers within the schema';

const UNUSABLE: [schema: unknown, pointer: string, message: string | RegExp][] = [
  [{ $id: 'https://a.example/b' }, '/$id', REFERENCES],
  [{ $defs: { a: { $anchor: 'a' } } }, '/$defs/a/$anchor', REFERENCES],
  [{ $dynamicRef: '#a' }, '/$dynamicRef', REFERENCES],
  [{ $recursiveRef: '#' }, '/$recursiveRef', 'is of an older draft: write $ref'],
  [
    { type: 'string', nullable: true },
    '/nullable',
    'is of OpenAPI 3.0: write "null" among the types',
  ],
  [{ $async: true }, '/$async', 'is not a keyword of JSON Schema'],
  [
    { $schema: 'http://json-schema.org/draft-07/schema#' },
    '/$schema',
    'must be https://json-schema.org/draft/2020-12/schema, or left out',
  ],
  [{ $ref: 'https://a.example/b' }, '/$ref', /^must be # or a JSON Pointer/],
  [{ $ref: '#a' }, '/$ref', /^must be # or a JSON Pointer/],
  [{ $ref: '#/$defs/%' }, '/$ref', /^must be # or a JSON Pointer/],
  [{ $ref: '#/$defs/a' }, '/$ref', 'leads to no schema'],
  [{ $ref: '#/constructor' }, '/$ref', 'leads to no schema'],
  [{ $ref: '#/enum/0', enum: [{ pattern: '(a)\\1' }] }, '/$ref', 'leads to no schema'],
  [{ $ref: '#' }, '', 'has references that lead back to themselves'],
  [
    {
      properties: { a: { allOf: [{ $ref: '#/$defs/b' }] } },
      $defs: { b: { not: { $ref: '#/properties/a' } } },
    },
    '',
    'has references that lead back to themselves',
  ],
  [{ type: 'text' }, '/type', /^must be array, boolean, integer/],
  [{ items: [{}] }, '/items', 'must be a schema: write prefixItems'],
  [{ enum: [] }, '/enum', 'must have a value'],
  [{ minLength: -1 }, '/minLength', 'must be >= 0'],
  [{ properties: 1 }, '/properties', 'must be an object'],
  [JSON.parse('{"properties":{"__proto__":true}}'), '/properties', /^__proto__ cannot be/],
  [{ required: ['__proto__'] }, '/required', /^__proto__ cannot be/],
  [{ pattern: '(' }, '/pattern', /^is no regular expression: /],
  [{ pattern: '(?=a)b' }, '/pattern', 'cannot be run in linear time: it looks ahead or behind'],
  [{ pattern: '(?<!a)b' }, '/pattern', 'cannot be run in linear time: it looks ahead or behind'],
  [{ pattern: '(a)\\1' }, '/pattern', 'cannot be run in linear time: it refers to a group'],
  [{ pattern: '(?<n>a)\\k<n>' }, '/pattern', 'cannot be run in linear time: it refers to a group'],
  [{ pattern: 'a{1001}' }, '/pattern', /^cannot be run in linear time: /],
  [{ pattern: '(?:a{0,999}){0,999}' }, '/pattern', /^cannot be run in linear time: /],
  [{ patternProperties: { 'a/(b': true } }, '/patternProperties/a~1(b', /^is no regular/],
];

suite('a schema that cannot be used', () => {
  for (const [schema, pointer, message] of UNUSABLE)
    test(`${json(schema)} → its place, and why`, async () => {
      const answer = await schemas.examine(json(schema));
      assert.ok(answer.kind === 'unusable', json(answer));
      assert.equal(answer.pointer, pointer);
      if (message instanceof RegExp) assert.match(answer.message, message);
      else assert.equal(answer.message, message);
    });
});

/** Undefined: it fits. */
type Case = [schema: unknown, payload: string, fault?: [pointer: string, message: string]];
const PAYLOADS: Case[] = [
  [true, '1'],
  [false, '1', ['', 'must not be there']],
  [{ type: 'string' }, '1', ['', 'must be a string']],
  [{ type: ['integer', 'null'] }, '1.5', ['', 'must be an integer or null']],
  [{ enum: ['a', null] }, '"secret"', ['', 'must be one of "a", null']],
  [{ const: { a: 1 } }, '{}', ['', 'must be {"a":1}']],
  [{ const: { valueOf: 1, toString: 2 } }, '{"toString":2,"valueOf":1}'],
  [{ enum: [{ constructor: 1 }] }, '{"constructor":2}', ['', 'must be one of {"constructor":1}']],
  [
    { uniqueItems: true },
    '[{"valueOf":1,"a":2},1,{"a":2,"valueOf":1}]',
    ['', 'must not have an item twice, as number 2 is'],
  ],
  [{ required: ['a/b'] }, '{}', ['/a~1b', 'is required']],
  [{ required: ['constructor'] }, '{}', ['/constructor', 'is required']],
  [{ properties: { constructor: { type: 'string' } } }, '{}'],
  [{ additionalProperties: false }, '{"x":1}', ['/x', 'is not a known member']],
  [{ additionalProperties: false }, '{"__proto__":1}', ['/__proto__', 'is not a known member']],
  [{ unevaluatedProperties: false }, '{"x":1}', ['/x', 'is not a known member']],
  [{ dependentRequired: { a: ['b'] } }, '{"a":1}', ['/b', 'is required beside "a"']],
  [
    { items: { properties: { p: { type: 'number' } } } },
    '[{},{"p":"x"}]',
    ['/1/p', 'must be a number'],
  ],
  [{ minLength: 2 }, '"\u{1F980}"', ['', 'must not have fewer than 2 characters']],
  [{ multipleOf: 0.1 }, '0.3'],
  [{ pattern: '^\\s$' }, '"\u00a0"'],
  [{ pattern: '^.$' }, '"\u2028"', ['', 'must match the pattern "^.$"']],
  [
    { pattern: '^(?<year>\\d{4})-\\u{1F980}\\u00e9[[\\b\\s&&^]\\p{Script=Greek}[^]$' },
    '"2026-\u{1F980}é[α\\u0001"',
  ],
  [{ patternProperties: { '^a': { type: 'null' } } }, '{"ab":1}', ['/ab', 'must be null']],
  [{ allOf: [{ pattern: 'a' }, { pattern: 'b' }] }, '"a"', ['', 'must match the pattern "b"']],
  [{ format: 'date-time' }, '"tomorrow"', ['', 'must have the format "date-time"']],
  [{ format: 'colour' }, '"tomorrow"'],
  [
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
    '1',
    ['', 'must fit one of the schemas of anyOf'],
  ],
  [{ oneOf: [true, true] }, '1', ['', 'must fit exactly one of the schemas of oneOf']],
  [{ propertyNames: { maxLength: 1 } }, '{"long":1}', ['', 'must not have the member "long"']],
  [{ $ref: '#/$defs/a%20b', $defs: { 'a b': { type: 'string' } } }, '1', ['', 'must be a string']],
  [
    { properties: { children: { items: { $ref: '#' } }, n: { type: 'null' } } },
    '{"children":[{"n":1}]}',
    ['/children/0/n', 'must be null'],
  ],
];

suite('a payload', () => {
  for (const [schema, payload, fault] of PAYLOADS)
    test(`${payload} and ${json(schema)} → ${fault === undefined ? 'fits' : fault.join(' ')}`, async () => {
      assert.deepEqual(await schemas.examine(json(schema)), { kind: 'usable' });
      const answer = await schemas.validate(json(schema), payload);
      if (fault === undefined) assert.deepEqual(answer, { kind: 'fits' });
      else assert.deepEqual(answer, { kind: 'misfit', pointer: fault[0], message: fault[1] });
    });

  test('no JSON → said, without a quote of it', async () =>
    assert.deepEqual(await schemas.validate('{}', '{secret'), {
      kind: 'not_json',
      message: 'must be JSON, as its type has a schema',
    }));

  test('a long name → the place above it', async () => {
    const payload = json({ a: { ['x'.repeat(100_000)]: 1 } });
    const schema = json({ properties: { a: { additionalProperties: false } } });
    const answer = await schemas.validate(schema, payload);
    assert.deepEqual(answer, { kind: 'misfit', pointer: '/a', message: 'is not a known member' });
  });

  test('that repeats under a pattern which would run away → at once', async () => {
    const startedAt = performance.now();
    const answer = await schemas.validate(
      json({ pattern: '^(a+)+$' }),
      json(`${'a'.repeat(50_000)}!`),
    );
    assert.equal(answer.kind, 'misfit');
    assert.ok(performance.now() - startedAt < 2000);
  });
});

/** Each part asks for the next one twice. */
function doubling(depth: number): object {
  const $defs: Record<string, unknown> = { [`a${depth}`]: { type: 'string' } };
  for (let i = 0; i < depth; i += 1)
    $defs[`a${i}`] = { anyOf: [1, 2].map(() => ({ $ref: `#/$defs/a${i + 1}` })) };
  return { $ref: '#/$defs/a0', $defs };
}

const SLOW: [what: string, schema: unknown, payload: string][] = [
  ['alternatives that double', doubling(40), '1'],
  [
    'a payload that is nested too deeply',
    { items: { $ref: '#' } },
    `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  ],
];

suite('what takes too long', () => {
  for (const [what, schema, payload] of SLOW)
    test(`${what} → is given up, and what waited behind it is answered`, async () => {
      const answers = await Promise.all([
        schemas.validate(json(schema), payload),
        schemas.validate('{"type":"string"}', '1'),
        schemas.examine('{"type":"text"}'),
      ]);
      assert.deepEqual(
        answers.map(({ kind }) => kind),
        ['too_slow', 'misfit', 'unusable'],
      );
    });

  test('no processor for it → that is said, and nothing of the schema or the payload', async (t) => {
    const never = Infinity;
    const limits = { examineMs: never, runMs: never, wallMs: 1, lookEveryMs: 1 };
    const starved = new SchemaThread(limits);
    t.after(() => starved.close());
    const [[, schema, payload] = ['', {}, '']] = SLOW;
    assert.deepEqual(await starved.validate(json(schema), payload), { kind: 'starved' });
  });

  test('a payload that takes all memory → is given up, and the next one is answered', async () => {
    const many = `[${Array.from({ length: 1_500_000 }, () => '{"a":{}}').join(',')}]`;
    const answers = await Promise.all([
      schemas.validate('{"items":{"type":"object"}}', many),
      schemas.validate('{"type":"string"}', '"a"'),
    ]);
    assert.equal(answers[1].kind, 'fits');
    assert.ok(['too_slow', 'fits'].includes(answers[0].kind));
  });
});

suite('the thread', () => {
  test('closed → what waits is rejected, and so is what comes', async () => {
    const own = new SchemaThread();
    const waiting = own.examine('{}');
    const rejected = assert.rejects(waiting, /was closed/);
    await own.close();
    await rejected;
    await assert.rejects(own.examine('{}'), /was closed/);
  });

  test('many at a time → each has its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_one, i) => schemas.validate(`{"maximum":250}`, String(i))),
    );
    assert.deepEqual(
      answers.map(({ kind }) => kind === 'fits'),
      answers.map((_one, i) => i <= 250),
    );
  });
});
