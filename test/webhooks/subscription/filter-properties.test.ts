import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  filterFault,
  NOT_JSON,
  readFilter,
  type Looked,
} from '../../../src/webhooks/subscription/filter.ts';
import { filter, hostileFilter, json, metadata } from './generate.ts';
import { said } from './reference.ts';

/** FAST_CHECK_SEED repeats a failed run; FAST_CHECK_RUNS asks for more than the usual 40. */
const { FAST_CHECK_SEED: seed, FAST_CHECK_RUNS: runs = '40' } = process.env;
const check = (property: fc.IProperty<unknown>) =>
  fc.assert(property, {
    numRuns: Number(runs) * 50,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });

const payload = fc.oneof(
  { weight: 9, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.constantFrom('', '{', 'text', '"a" "b"') },
);

const taken = filter.filter((one) => filterFault(one) === undefined);

test('any filter, and any event → what the plain evaluator says', () => {
  const found = new Map<string, number>();
  check(
    fc.property(taken, payload, metadata, (one, text, pairs) => {
      const expected = said(one, { payload: text, metadata: pairs });
      found.set(expected, (found.get(expected) ?? 0) + 1);
      assert.equal(truthOf(one, looked(text, pairs)), expected);
    }),
  );
  assert.deepEqual([...found.keys()].toSorted(), ['false', 'fault', 'true']);
});

test('any filter, with its members in another order → the same', () => {
  check(
    fc.property(taken, payload, metadata, (one, text, pairs) => {
      const event = looked(text, pairs);
      assert.equal(truthOf(reversed(one), event), truthOf(one, event));
    }),
  );
});

test('what a filter needs → is there in all that it matches', () => {
  check(
    fc.property(taken, payload, metadata, (one, text, pairs) => {
      const event = looked(text, pairs);
      const { test: whether, needs } = readFilter(one);
      if (whether(event) !== true) return;
      for (const { path, values } of needs) {
        const at = path.reduce<unknown>((value, name) => (value as never)[name], event);
        assert.ok(values.includes(at as never), JSON.stringify({ path, values }));
      }
    }),
  );
});

test('anything as a filter → it is taken or refused, and what is taken throws nothing', () => {
  check(
    fc.property(hostileFilter, payload, metadata, (one, text, pairs) => {
      const fault = filterFault(one);
      if (fault !== undefined) return assert.match(fault, /^filter[.:]/);
      assert.equal(
        truthOf(one, looked(text, pairs)),
        said(one, { payload: text, metadata: pairs }),
      );
    }),
  );
});

function truthOf(one: unknown, event: Looked): string {
  return String(readFilter(one).test(event) ?? 'fault');
}

function looked(text: string, pairs: Record<string, string>): Looked {
  try {
    return { payload: JSON.parse(text), metadata: pairs };
  } catch {
    return { payload: NOT_JSON, metadata: pairs };
  }
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, inner]) => [name, reversed(inner)]);
  return Object.fromEntries(members.toReversed());
}
