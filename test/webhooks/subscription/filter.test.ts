import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  filterFault,
  NOT_JSON,
  readFilter,
  type Filter,
} from '../../../src/webhooks/subscription/filter.ts';

const ORDER = JSON.parse(`{
  "type": "order", "amount": 100, "note": "paid in full", "vip": true, "coupon": null,
  "customer": { "id": "c-1", "name": { "first": "Ada", "last": "L" } },
  "lines": [{ "sku": "a", "count": 2 }, { "sku": "b", "count": 1 }], "empty": {}, "none": [],
  "price": 12.5, "__proto__": { "own": 1 }, "constructor": "mine", "a.b": 7, "0": "zero"
}`) as unknown;
const METADATA = { region: 'eu', tier: '2' };

type Expected = true | false | 'fault';

const CASES: [filter: unknown, expected: Expected][] = [
  [{}, true],
  [{ payload: {} }, true],
  [{ payload: { customer: { name: {} } } }, true],
  // Plain values.
  [{ payload: { type: 'order' } }, true],
  [{ payload: { type: 'Order' } }, false],
  [{ payload: { amount: 100 } }, true],
  [{ payload: { amount: '100' } }, false],
  [{ payload: { vip: true, amount: 100 } }, true],
  [{ payload: { vip: true, amount: 101 } }, false],
  [{ payload: { coupon: null } }, true],
  [{ payload: { missing: null } }, false],
  [{ payload: { none: [] } }, true],
  [
    {
      payload: {
        lines: [
          { count: 2, sku: 'a' },
          { sku: 'b', count: 1 },
        ],
      },
    },
    true,
  ],
  [
    {
      payload: {
        lines: [
          { sku: 'b', count: 1 },
          { count: 2, sku: 'a' },
        ],
      },
    },
    false,
  ],
  [{ payload: { customer: { id: 'c-1', name: { first: 'Ada' } } } }, true],
  [{ payload: 'a text' }, false],
  [{ metadata: { region: 'eu' } }, true],
  [{ metadata: { region: 'eu' }, payload: { amount: 99 } }, false],
  [{ metadata: { missing: 'eu' } }, false],
  // Equality.
  [{ payload: { amount: { $eq: 100 } } }, true],
  [{ payload: { customer: { $eq: { name: { last: 'L', first: 'Ada' }, id: 'c-1' } } } }, true],
  [{ payload: { customer: { $eq: { id: 'c-1' } } } }, false],
  [{ payload: { customer: { $eq: { id: 'c-1', name: 'x' } } } }, false],
  [{ payload: { empty: { $eq: {} } } }, true],
  [{ payload: { none: { $eq: {} } } }, false],
  [{ payload: { missing: { $eq: null } } }, false],
  [{ payload: { amount: { $neq: 100 } } }, false],
  [{ payload: { missing: { $neq: 100 } } }, true],
  [{ payload: { amount: { $in: [1, 100] } } }, true],
  [{ payload: { amount: { $in: ['100', [100]] } } }, false],
  [{ payload: { empty: { $in: [1, {}] } } }, true],
  [{ payload: { missing: { $in: [null] } } }, false],
  [{ payload: { amount: { $in: [] } } }, false],
  [{ payload: { amount: { $nin: [1, 100] } } }, false],
  [{ payload: { missing: { $nin: [1] } } }, true],
  [{ payload: { amount: { $nin: [] } } }, true],
  // Order.
  [{ payload: { amount: { $gt: 100 } } }, false],
  [{ payload: { amount: { $gte: 100 } } }, true],
  [{ payload: { amount: { $lt: 100.5, $gt: 99.5 } } }, true],
  [{ payload: { price: { $lte: 12.5 } } }, true],
  [{ payload: { note: { $gt: 'paid' } } }, true],
  [{ payload: { note: { $lt: 'paid' } } }, false],
  [{ payload: { amount: { $gte: '100' } } }, 'fault'],
  [{ payload: { note: { $gte: 1 } } }, 'fault'],
  [{ payload: { missing: { $lt: 1 } } }, 'fault'],
  [{ payload: { coupon: { $lt: 1 } } }, 'fault'],
  [{ payload: { lines: { $gt: 1 } } }, 'fault'],
  [{ metadata: { tier: { $gte: 1 } } }, 'fault'],
  [{ metadata: { tier: { $gte: '1' } } }, true],
  // Texts.
  [{ payload: { note: { $startsWith: 'paid' } } }, true],
  [{ payload: { note: { $startsWith: 'in' } } }, false],
  [{ payload: { note: { $endsWith: 'full' } } }, true],
  [{ payload: { note: { $startsWith: '' } } }, true],
  [{ payload: { amount: { $startsWith: '1' } } }, 'fault'],
  [{ payload: { missing: { $endsWith: '1' } } }, 'fault'],
  // Whether it is there.
  [{ payload: { coupon: { $exists: true } } }, true],
  [{ payload: { missing: { $exists: true } } }, false],
  [{ payload: { missing: { $exists: false } } }, true],
  [{ payload: { missing: { below: { $exists: false } } } }, true],
  [{ payload: { $exists: true } }, true],
  [{ metadata: { $exists: true } }, true],
  // Operators beside names, and at any level.
  [{ payload: { customer: { $exists: true, id: 'c-1' } } }, true],
  [{ payload: { customer: { $exists: true, id: 'c-2' } } }, false],
  [{ $or: [{ payload: { amount: 1 } }, { metadata: { region: 'eu' } }] }, true],
  [{ $or: [{ payload: { amount: 1 } }, { metadata: { region: 'us' } }] }, false],
  [{ $and: [{ payload: { amount: 100 } }, { metadata: { region: 'eu' } }] }, true],
  [{ payload: { $or: [{ amount: 1 }, { vip: true }], type: 'order' } }, true],
  [{ payload: { amount: { $or: [{ $lt: 10 }, { $gt: 90 }] } } }, true],
  [{ payload: { type: { $or: ['order', 'invoice'] } } }, true],
  [{ payload: { type: { $not: 'order' } } }, false],
  [{ $not: { payload: { type: 'invoice' } } }, true],
  [{ $not: {} }, false],
  [{ payload: { $not: { missing: 1 } } }, true],
  // A fault is neither true nor false, and so is its opposite.
  [{ $not: { payload: { missing: { $gt: 1 } } } }, 'fault'],
  [{ $or: [{ payload: { missing: { $gt: 1 } } }, { metadata: { region: 'eu' } }] }, true],
  [{ $or: [{ payload: { missing: { $gt: 1 } } }, { metadata: { region: 'us' } }] }, 'fault'],
  [{ $and: [{ payload: { missing: { $gt: 1 } } }, { metadata: { region: 'eu' } }] }, 'fault'],
  [{ $and: [{ payload: { missing: { $gt: 1 } } }, { metadata: { region: 'us' } }] }, false],
  [{ payload: { missing: { $gt: 1 }, type: 'order' } }, 'fault'],
  // Names are nothing but names.
  [JSON.parse('{ "payload": { "__proto__": { "own": 1 } } }'), true],
  [JSON.parse('{ "payload": { "customer": { "__proto__": { "$exists": true } } } }'), false],
  [{ payload: { constructor: 'mine' } }, true],
  [{ payload: { customer: { constructor: { $exists: true } } } }, false],
  [{ payload: { hasOwnProperty: { $exists: false } } }, true],
  [{ metadata: { toString: { $exists: false } } }, true],
  [{ payload: { 'a.b': 7 } }, true],
  [{ payload: { '': { $exists: false } } }, true],
  // Only objects have members.
  [{ payload: { lines: { length: { $exists: true } } } }, false],
  [{ payload: { lines: { 0: { $exists: true } } } }, false],
  [{ payload: { 0: 'zero' } }, true],
  [{ payload: { note: { length: { $exists: true } } } }, false],
];

for (const [filter, expected] of CASES)
  test(`${JSON.stringify(filter)} → ${expected}`, () => {
    const truth = readFilter(filter).test({ payload: ORDER, metadata: METADATA });
    assert.equal(truth ?? 'fault', expected);
  });

suite('a payload that is no JSON', () => {
  const cases: [filter: Filter, expected: Expected][] = [
    [{}, true],
    [{ payload: {} }, true],
    [{ payload: { a: 1 } }, 'fault'],
    [{ payload: { a: { $exists: false } } }, 'fault'],
    [{ $not: { payload: { a: 1 } } }, 'fault'],
    [{ metadata: { region: 'eu' } }, true],
    [{ metadata: { region: 'us' }, payload: { a: 1 } }, false],
    [{ $or: [{ payload: { a: 1 } }, { metadata: { region: 'eu' } }] }, true],
  ];
  for (const [filter, expected] of cases)
    test(`${JSON.stringify(filter)} → ${expected}`, () => {
      const truth = readFilter(filter).test({ payload: NOT_JSON, metadata: METADATA });
      assert.equal(truth ?? 'fault', expected);
    });
});

test('texts are compared by code points → U+1F980 comes behind U+FFFD', () => {
  const isBehind = (text: string, than: string) =>
    readFilter({ payload: { $gt: than } }).test({ payload: text, metadata: {} });
  assert.equal(isBehind('\u{1F980}', '\uFFFD'), true);
  assert.equal(isBehind('\uFFFD', '\u{1F980}'), false);
  assert.equal(isBehind('a\u{1F980}', 'a\u{1F981}'), false);
  assert.equal(isBehind('ab', 'a'), true);
});

test('a number that is written in another way → is the same number', () => {
  const { test: whether } = readFilter(JSON.parse('{ "payload": { "a": 1.50e2, "b": 0 } }'));
  assert.equal(whether({ payload: JSON.parse('{"a": 150, "b": -0}'), metadata: {} }), true);
});

test('a filter that does not look at the payload → says so', () => {
  assert.equal(readFilter({ metadata: { a: 'b' } }).looksAtPayload, false);
  assert.equal(readFilter({ payload: {} }).looksAtPayload, false);
  assert.equal(readFilter({ $not: { payload: { a: 1 } } }).looksAtPayload, true);
});

const deep = (levels: number): unknown => (levels === 1 ? 1 : { a: deep(levels - 1) });
const terms = (count: number) => ({
  payload: Object.fromEntries(Array.from({ length: count }, (_one, i) => [`a${i}`, i])),
});
const UNKNOWN =
  'is not a known operator; there are $eq, $neq, $gt, $gte, $lt, $lte, $in, $nin, $exists, $startsWith, $endsWith, $and, $or, $not';
const COMPARED = 'must be a number or a string';
const TEXT = 'must be text without U+0000 and without unpaired surrogates';

suite('what is refused', () => {
  const cases: [filter: unknown, fault: string | undefined][] = [
    [{ payload: { amount: { $gte: [1] } } }, `filter.payload.amount.$gte: ${COMPARED}`],
    [{ payload: { amount: { $lt: null } } }, `filter.payload.amount.$lt: ${COMPARED}`],
    [{ payload: { amount: { $gt: true } } }, `filter.payload.amount.$gt: ${COMPARED}`],
    [{ payload: { amount: { $regex: '^a' } } }, `filter.payload.amount.$regex: ${UNKNOWN}`],
    [{ payload: { $: 1 } }, `filter.payload.$: ${UNKNOWN}`],
    [{ payload: { a: { $in: 'abc' } } }, 'filter.payload.a.$in: must be an array'],
    [{ payload: { a: { $nin: {} } } }, 'filter.payload.a.$nin: must be an array'],
    [{ payload: { a: { $exists: 1 } } }, 'filter.payload.a.$exists: must be true or false'],
    [{ metadata: { a: { $startsWith: 1 } } }, 'filter.metadata.a.$startsWith: must be a string'],
    [{ $and: [] }, 'filter.$and: must be an array that is not empty'],
    [{ payload: { $or: {} } }, 'filter.payload.$or: must be an array that is not empty'],
    [
      { $or: [{ payload: { $and: [] } }] },
      'filter.$or.0.payload.$and: must be an array that is not empty',
    ],
    [{ $and: [1] }, 'filter.$and.0: must be object'],
    [{ $not: [] }, 'filter.$not: must be object'],
    [{ amount: 1 }, 'filter.amount: is not known; there are payload, metadata, $and, $or, $not'],
    [{ $eq: {} }, 'filter.$eq: is not known; there are payload, metadata, $and, $or, $not'],
    [
      JSON.parse('{"__proto__":1}'),
      'filter.__proto__: is not known; there are payload, metadata, $and, $or, $not',
    ],
    [{ payload: { a: 'x\0' } }, `filter.payload.a: ${TEXT}`],
    [{ payload: { a: { $in: ['x', '\ud800'] } } }, `filter.payload.a.$in.1: ${TEXT}`],
    [{ payload: { 'a\0': 1 } }, `filter.payload.a\0: a name ${TEXT}`],
    [
      { payload: { a: 2 ** 53 } },
      'filter.payload.a: a whole number must be within ±9007199254740991',
    ],
    [
      { payload: { a: { $eq: { b: -1e300 } } } },
      'filter.payload.a.$eq.b: a whole number must be within ±9007199254740991',
    ],
    [
      JSON.parse('{"payload":{"a":1e400}}'),
      'filter.payload.a: must be a number within double precision',
    ],
    [{ payload: { a: 2 ** 53 - 1, b: 5e-324, c: 0.1 } }, undefined],
    [{ payload: deep(7) }, undefined],
    [{ payload: deep(9) }, 'filter.payload.a.a.a.a.a.a.a: must NOT be nested more than 8 deep'],
    [
      { payload: { a: { $eq: [[[[[[]]]]]] } } },
      'filter.payload.a.$eq.0.0.0.0.0: must NOT be nested more than 8 deep',
    ],
    [terms(64), undefined],
    [terms(65), 'filter: must NOT have more than 64 terms'],
    [{ $and: [terms(63)] }, undefined],
    [{ $and: [terms(64)] }, 'filter: must NOT have more than 64 terms'],
    [
      { payload: { a: 'x'.repeat(4096 - 19) } },
      'filter: must NOT have more than 4096 bytes of JSON',
    ],
    [{ payload: { a: 'x'.repeat(4096 - 20) } }, undefined],
    [{ payload: { a: 'ä'.repeat(2039) } }, 'filter: must NOT have more than 4096 bytes of JSON'],
    [{ payload: { a: { $in: Array.from({ length: 1000 }, (_one, i) => i) } } }, undefined],
    [null, 'filter: must be object'],
    [[], 'filter: must be object'],
    ['payload', 'filter: must be object'],
  ];
  for (const [filter, fault] of cases)
    test(`${JSON.stringify(filter).slice(0, 60)} → ${fault ?? 'is taken'}`, () =>
      assert.equal(filterFault(filter), fault));

  test('nested as deep as JSON.parse can read → a fault', () => {
    const text = `{"payload":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    assert.match(filterFault(JSON.parse(text)) ?? '', /must NOT be nested more than 8 deep$/);
  });

  test('a place with a very long name → its beginning', () => {
    const fault = filterFault({ payload: { ['x'.repeat(1000)]: { $gt: null } } });
    assert.equal(fault, `filter.payload.${'x'.repeat(64)}.$gt: ${COMPARED}`);
  });
});

suite('what a filter needs', () => {
  const cases: [filter: unknown, needs: unknown][] = [
    [{ payload: { a: { b: 1 } } }, [{ path: ['payload', 'a', 'b'], values: [1] }]],
    [
      { metadata: { a: { $in: ['x', 'y', 'x'] } } },
      [{ path: ['metadata', 'a'], values: ['x', 'y'] }],
    ],
    [{ $and: [{ payload: { a: null } }] }, [{ path: ['payload', 'a'], values: [null] }]],
    [{ $or: [{ payload: { a: 1 } }, { payload: { b: 1 } }] }, []],
    [{ $not: { payload: { a: 1 } } }, []],
    [{ payload: { a: { $in: [1, [2]] } } }, []],
    [{ payload: { a: { $neq: 1 }, b: { $gt: 1 } } }, []],
  ];
  for (const [filter, needs] of cases)
    test(`${JSON.stringify(filter)} → ${JSON.stringify(needs)}`, () =>
      assert.deepEqual(readFilter(filter).needs, needs));
});
