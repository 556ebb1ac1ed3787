import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { compare } from '../../src/schemas/compatibility/compare.ts';
import { compile } from '../../src/schemas/compiled.ts';
import { isObject, type JsonSchema, type SchemaObject } from '../../src/schemas/json-schema.ts';

/** FAST_CHECK_SEED repeats a failed run. FAST_CHECK_RUNS asks for another number of pairs. */
const { FAST_CHECK_SEED: seed, FAST_CHECK_RUNS: runs = '1000' } = process.env;

const NAME = fc.constantFrom('a', 'b', 'c');
const SMALL = fc.integer({ min: 0, max: 4 });
const TYPE = fc.constantFrom('object', 'array', 'string', 'integer', 'number', 'null', 'boolean');
const VALUE = fc.constantFrom<unknown[]>(0, 1, 2, 0.5, 'a', 'ab', null, true, {}, { a: 1 }, []);

const { schema } = fc.letrec<{ schema: JsonSchema; object: JsonSchema }>((tie) => {
  const list = fc.array(tie('schema'), { minLength: 1, maxLength: 3 });
  // Objects are closed, or say what other members are: a new member of others is not looked at.
  const closed = fc.record({
    properties: fc.dictionary(NAME, tie('schema'), { maxKeys: 3 }),
    additionalProperties: fc.oneof(fc.constant(false), tie('schema').map(narrow)),
  });
  const keywords: Record<string, Arbitrary<unknown>> = {
    type: fc.oneof(TYPE, fc.uniqueArray(TYPE, { minLength: 1, maxLength: 3 })),
    enum: fc.array(VALUE, { minLength: 1, maxLength: 4 }),
    const: VALUE,
    required: fc.uniqueArray(NAME, { maxLength: 2 }),
    items: tie('schema'),
    prefixItems: list,
    uniqueItems: fc.boolean(),
    ...Object.fromEntries(
      ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength']
        .concat(['minItems', 'maxItems', 'minProperties', 'maxProperties'])
        .map((name) => [name, SMALL]),
    ),
    multipleOf: fc.integer({ min: 1, max: 4 }),
    pattern: fc.constantFrom('a', '^b', ''),
    allOf: list,
    anyOf: list,
    oneOf: list,
    ...Object.fromEntries(
      ['not', 'propertyNames', 'contains', 'if', 'then'].map((name) => [name, tie('schema')]),
    ),
    $ref: fc.constant('#/$defs/d'),
  };
  const pairs = Object.entries(keywords).map(([name, value]) => fc.tuple(fc.constant(name), value));
  const plain = fc
    .array(fc.oneof(...pairs), { maxLength: 3 })
    .map((chosen) => Object.fromEntries(chosen) as JsonSchema);
  return {
    schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), tie('object')),
    object: fc.oneof(
      plain,
      fc.tuple(plain, closed).map(([one, other]) => ({ ...(one as object), ...other })),
    ),
  };
});

function narrow(one: JsonSchema): JsonSchema {
  return isObject(one) && Object.keys(one).length > 0 ? one : { type: 'string' };
}

/** A document: what `$ref` leads to is in it. */
const DOCUMENT = fc.tuple(schema, schema).map(([root, d]): JsonSchema => ({
  ...(isObject(root) ? root : { allOf: [root] }),
  $defs: { d },
}));

const PAYLOAD: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    VALUE,
    SMALL,
    fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(NAME, tie('value'), { maxKeys: 3 }),
  ),
})).value;

/** A schema with some small changes, each of which may widen or narrow it. */
function changed(value: unknown, chance: () => number): unknown {
  if (Array.isArray(value)) {
    const kept = value.map((one) => changed(one, chance));
    return chance() < 0.05 ? [...kept, { type: 'null' }] : kept;
  }
  if (typeof value === 'number' && chance() < 0.15) return value + (chance() < 0.5 ? 1 : -1);
  if (!isObject(value)) return value;
  const members = Object.entries(value)
    .filter(([name]) => name === '$defs' || name === 'd' || chance() > 0.06)
    .map(([name, one]) => [name, changed(one, chance)]);
  return Object.fromEntries(members) as SchemaObject;
}

test('generated changes that are compatible → every payload that fitted fits', (t) => {
  const counts = { compatible: 0, fitted: 0, changed: 0 };
  const property = fc.property(
    DOCUMENT,
    fc.array(PAYLOAD, { minLength: 30, maxLength: 30 }),
    fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 50, maxLength: 50 }),
    (before, payloads, chances) => {
      let next = 0;
      const chance = () => chances[(next += 1) % chances.length] ?? 0;
      const after = changed(before, chance) as JsonSchema;
      const [one, other] = [compiled(before), compiled(after)];
      if (one === undefined || other === undefined) return;
      if (compare(before, after).kind !== 'compatible') return;
      counts.compatible += 1;
      if (JSON.stringify(before) !== JSON.stringify(after)) counts.changed += 1;
      for (const payload of payloads.map(asParsed)) {
        if (one(payload) !== undefined) continue;
        counts.fitted += 1;
        const fault: unknown = other(payload);
        assert.equal(fault, undefined, JSON.stringify({ before, after, payload, fault }));
      }
    },
  );
  fc.assert(property, {
    numRuns: Number(runs),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.changed > 50 && counts.fitted > 500, JSON.stringify(counts));
});

function compiled(schema: JsonSchema) {
  const result = compile(schema);
  return 'fault' in result ? undefined : result.validate;
}

/** Objects as they come out of JSON: generated ones may have no prototype. */
function asParsed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
