import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** Names that JavaScript, JSON Schema or a validator has a use of its own for. */
const NAMES = fc.oneof(
  fc.constantFrom(
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'length', 'then'],
    ...['$ref', '$id', '$defs', 'properties', 'type', 'id', '', 'a/b', '~', '%', '\0', '\ud800'],
  ),
  fc.string({ maxLength: 5 }),
);

const PATTERNS = fc.oneof(
  fc.constantFrom(
    ...['^(a+)+$', '(a|a)*$', '^(a|aa)+$', '(.*a){20}', '([a-z]+)*!', '(x+x+)+y', '\\d+\\d+\\d+x'],
    ...[
      '(?:a?){50}a{50}',
      '(?:a{0,30}){0,30}',
      '(a{1,100}){1,9}',
      '(?=a)b',
      '(a)\\1',
      '(?<n>a)\\k<n>',
    ],
    ...[
      '[',
      '(',
      '*',
      '(?i)a',
      '\\p{L}*\\p{N}*$',
      '\\u{1F980}+',
      '[^]*[^]*[^]*x',
      '\\bfoo\\b|\\Bbar',
    ],
    ...['(a|b|c|d|e)*f'.repeat(50), '.*'.repeat(200), '[\\s\\S]{1,1000}', '(((((a*)*)*)*)*)*b'],
  ),
  fc.string({
    unit: fc.constantFrom(...Array.from('ab.*+?()[]{}|^$\\dwsbB-,0129pLuk<>=!:')),
    maxLength: 30,
  }),
);

const LONG = fc.constantFrom('a'.repeat(60_000), `${'a'.repeat(30_000)}!`, 'é'.repeat(20_000));

const VALUES = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  LONG,
  fc.constantFrom(1e300, -0, 5e-324, 2 ** 53, 1e-9, '\0', '\ud800', {}, []),
);

type Schemas = { schema: unknown; object: unknown };

/** Up to four keywords each: with all of them hardly any could be used, and none would be small. */
const { schema } = fc.letrec<Schemas>((tie) => {
  const keywords: Record<string, Arbitrary<unknown>> = {
    type: fc.constantFrom('object', 'array', 'string', 'integer', ['null', 'number'], 'text', 1),
    properties: fc.dictionary(NAMES, tie('schema'), { maxKeys: 4 }),
    patternProperties: fc.dictionary(PATTERNS, tie('schema'), { maxKeys: 2 }),
    additionalProperties: tie('schema'),
    unevaluatedProperties: tie('schema'),
    unevaluatedItems: tie('schema'),
    propertyNames: tie('schema'),
    required: fc.array(NAMES, { maxLength: 3 }),
    dependentSchemas: fc.dictionary(NAMES, tie('schema'), { maxKeys: 2 }),
    dependentRequired: fc.dictionary(NAMES, fc.array(NAMES, { maxLength: 2 }), { maxKeys: 2 }),
    items: tie('schema'),
    prefixItems: fc.array(tie('schema'), { maxLength: 3 }),
    contains: tie('schema'),
    minContains: fc.nat(3),
    uniqueItems: fc.boolean(),
    allOf: fc.array(tie('schema'), { maxLength: 4 }),
    anyOf: fc.array(tie('schema'), { maxLength: 4 }),
    oneOf: fc.array(tie('schema'), { maxLength: 4 }),
    not: tie('schema'),
    if: tie('schema'),
    // oxlint-disable-next-line unicorn/no-thenable -- it is the keyword of JSON Schema
    then: tie('schema'),
    else: tie('schema'),
    pattern: PATTERNS,
    format: fc.constantFrom('date-time', 'uri', 'email', 'hostname', 'ipv6', 'regex', 'none'),
    enum: fc.oneof(
      fc.array(VALUES, { maxLength: 4 }),
      fc.constant(Array.from({ length: 6000 }, (_one, i) => `v${i}`)),
    ),
    const: VALUES,
    minLength: fc.oneof(fc.nat(), fc.constantFrom(-1, 1.5, 1e300)),
    multipleOf: fc.constantFrom(0.1, 1e-300, 3, 0, -1),
    maximum: fc.double({ noNaN: true, noDefaultInfinity: true }),
    $ref: fc.constantFrom(
      ...['#', '#/$defs/a', '#/$defs/b', '#/properties/a', '#/anyOf/0', '#/$defs/__proto__'],
      ...['#/enum/0', 'https://a.example', '#a', '#/%', '#/'],
    ),
    $defs: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('schema'), { maxKeys: 2 }),
    $id: fc.constantFrom('https://a.example/b', '#'),
    $dynamicRef: fc.constant('#a'),
  };
  const keyword = fc.oneof(
    ...Object.entries(keywords).map(([name, value]) => fc.tuple(fc.constant(name), value)),
  );
  return {
    schema: fc.oneof({ maxDepth: 4 }, fc.boolean(), tie('object'), tie('object'), tie('object')),
    object: fc.array(keyword, { maxLength: 4 }).map((chosen) => Object.fromEntries(chosen)),
  };
});

/** Ways of making much of little. */
const BOMBS = fc
  .record({
    keyword: fc.constantFrom('allOf', 'anyOf', 'oneOf'),
    depth: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 3 }),
    leaf: fc.oneof(
      PATTERNS.map((pattern) => ({ pattern })),
      fc.constantFrom({ type: 'string' }, { uniqueItems: true }, { unevaluatedProperties: false }),
    ),
    isTree: fc.boolean(),
  })
  .map(({ keyword, depth, width, leaf, isTree }) => {
    const $defs: Record<string, unknown> = { [`a${depth}`]: leaf };
    for (let i = 0; i < depth; i += 1) {
      const next = { $ref: `#/$defs/a${i + 1}` };
      const part = isTree ? { items: next, additionalProperties: next } : next;
      $defs[`a${i}`] = { [keyword]: Array.from({ length: width }, () => part) };
    }
    return { $ref: '#/$defs/a0', $defs };
  });

const WIDE = fc
  .record({ count: fc.integer({ min: 100, max: 1500 }), inner: schema })
  .map(({ count, inner }) => ({
    $defs: { a: inner },
    properties: Object.fromEntries(
      Array.from({ length: count }, (_one, i) => [`p${i}`, { $ref: '#/$defs/a' }]),
    ),
  }));

const NESTED = fc
  .record({ depth: fc.nat(70), keyword: fc.constantFrom('not', 'items', 'if', 'contains') })
  .map(({ depth, keyword }) => {
    let nested: object = { type: 'string' };
    for (let i = 0; i < depth; i += 1) nested = { [keyword]: nested };
    return nested;
  });

/** JSON as text, that may be far from what a schema is. */
export const hostileSchemas: Arbitrary<unknown> = fc.oneof(
  { weight: 15, arbitrary: schema },
  { weight: 1, arbitrary: BOMBS },
  { weight: 4, arbitrary: PATTERNS.map((pattern) => ({ pattern })) },
  { weight: 1, arbitrary: WIDE },
  { weight: 1, arbitrary: NESTED },
  { weight: 1, arbitrary: fc.jsonValue() },
);

const DEEP = fc
  .integer({ min: 1, max: 20_000 })
  .map((depth) => '['.repeat(depth) + ']'.repeat(depth));

const MANY = fc.constantFrom(
  JSON.stringify(Array.from({ length: 20_000 }, (_one, i) => ({ i: i % 7_001 }))),
  JSON.stringify(
    Object.fromEntries(Array.from({ length: 5000 }, (_one, i) => [`p${i}`, 'a'.repeat(9)])),
  ),
);

/** Payloads as text. Most are JSON. */
export const hostilePayloads: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: VALUES.map((value) => JSON.stringify(value)) },
  {
    weight: 8,
    arbitrary: fc
      .dictionary(NAMES, fc.jsonValue(), { maxKeys: 5 })
      .map((value) => JSON.stringify(value)),
  },
  { weight: 1, arbitrary: DEEP },
  { weight: 1, arbitrary: MANY },
  { weight: 1, arbitrary: fc.string() },
);
