import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import {
  matchesType,
  patternFault,
  patternsOf,
  withoutCovered,
} from '../../../src/webhooks/subscription/pattern.ts';

suite('what a pattern matches', () => {
  const cases: [pattern: string, matches: string[], not: string[]][] = [
    ['order.paid', ['order.paid'], ['order', 'order.paid.twice', 'order.paid2', 'an.order.paid']],
    ['order.*', ['order.paid', 'order.x'], ['order', 'order.paid.twice', 'orders.paid']],
    ['order.**', ['order.paid', 'order.paid.twice'], ['order', 'orders.paid']],
    ['order.item.*', ['order.item.added'], ['order.item', 'order.added', 'order.item.added.x']],
    ['*', ['order', 'x'], ['order.paid']],
    ['**', ['order', 'order.paid', 'a.b.c.d'], []],
  ];
  for (const [pattern, matches, not] of cases) {
    for (const type of matches)
      test(`${pattern} → ${type}`, () => assert.ok(matchesType([pattern], type)));
    for (const type of not)
      test(`${pattern} → not ${type}`, () => assert.ok(!matchesType([pattern], type)));
  }

  test('one of several patterns matches → so do they', () => {
    assert.ok(matchesType(['invoice.*', 'order.paid', 'order.paid'], 'order.paid'));
    assert.ok(!matchesType([], 'order.paid'));
  });
});

suite('what is a pattern', () => {
  const long = 'a'.repeat(128);
  for (const pattern of ['a', 'a_1.b2', '0', 'a.*', 'a.b.**', '*', '**', long, `${long}.**`])
    test(`${pattern.slice(0, 20)} → is one`, () => assert.equal(patternFault(pattern), undefined));

  const KINDS = 'must be a name such as order.paid, or a name with .* or .** behind it, or * or **';
  const refused: [pattern: unknown, fault: string][] = [
    ...['', '.', 'a.', '.a', 'a..b', 'A', 'a-b', 'a b', 'ä', '*.a', 'a.*.b', 'a*', '***'].map(
      (pattern): [unknown, string] => [pattern, KINDS],
    ),
    ...['a.***', 'a.**.*', '*.*', '**.**', 'a\n', 'a\0'].map((one): [unknown, string] => [
      one,
      KINDS,
    ]),
    ['a'.repeat(129), 'a name must NOT have more than 128 characters'],
    [`${'a'.repeat(129)}.*`, 'a name must NOT have more than 128 characters'],
    [null, 'must be string'],
    [['a'], 'must be string'],
  ];
  for (const [pattern, fault] of refused)
    test(`${JSON.stringify(pattern)?.slice(0, 20)} → ${fault}`, () =>
      assert.equal(patternFault(pattern), fault));
});

const part = fc.constantFrom('a', 'b', 'c');
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const pattern = fc.oneof(
  name,
  fc.constantFrom('*', '**'),
  fc.tuple(name, fc.constantFrom('.*', '.**')).map((parts) => parts.join('')),
);

test('any patterns and any type → as a regular expression says', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 6 }), name, (patterns, type) => {
      const expected = patterns.some((one) => asExpression(one).test(type));
      assert.equal(matchesType(patterns, type), expected);
    }),
    { numRuns: 2000 },
  );
});

test('patterns without those that others cover → match the same types, each by one of them', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 8 }), name, (patterns, type) => {
      const left = withoutCovered(patterns);
      const matching = left.filter((one) => matchesType([one], type));
      assert.equal(matching.length, matchesType(patterns, type) ? 1 : 0);
    }),
    { numRuns: 2000 },
  );
});

test('a name with as many parts as a name can have → 66 patterns match it', () => {
  const deep = Array.from({ length: 64 }, () => 'a').join('.');
  assert.equal(new Set(patternsOf(deep)).size, 66);
});

function asExpression(one: string): RegExp {
  const [, base = '', end] = /^(.*?)(\.?\*\*?)?$/.exec(one) ?? [];
  const tail = { '*': '[^.]+', '**': '.+', '.*': '\\.[^.]+', '.**': '\\..+' }[end ?? ''] ?? '';
  return new RegExp(`^${base.replaceAll('.', '\\.')}${tail}$`);
}
