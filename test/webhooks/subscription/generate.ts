import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** Few names and values, so that filters find some of what they ask for. */
const NAMES = ['a', 'b', 'c', '__proto__', 'constructor', 'length', '0', ''];
const SCALARS = [0, 1, -1, 0.5, 1e20, 'a', 'ab', 'b', '', '\uFFFD', '\u{1F980}', true, false, null];

const name = fc.constantFrom(...NAMES);
const scalar = fc.constantFrom(...SCALARS);

/** An object with any names, `__proto__` among them. */
const objectOf = (value: Arbitrary<unknown>) =>
  fc
    .array(fc.tuple(name, value), { maxLength: 3 })
    .map((members) => Object.fromEntries(members) as Record<string, unknown>);

/** JSON such as payloads are. */
export const json: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: objectOf(tie('value')) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
  ),
})).value;

export const metadata = fc.dictionary(
  fc.constantFrom('a', 'b', 'constructor'),
  fc.constantFrom('a', 'ab', '1'),
);

/** Small enough for an operand. */
const operand = fc.oneof(
  scalar,
  fc.constantFrom<unknown>([], {}, [1], { a: 1, b: 'a' }, [['a'], {}]),
);
const list = fc.array(operand, { maxLength: 3 });
const ordered = fc.constantFrom<unknown>(0, 0.5, 1, 'a', 'ab', '\uFFFD', '\u{1F980}');
const text = fc.constantFrom('', 'a', 'b', 'ab');

const compared: Arbitrary<[string, unknown]> = fc.oneof(
  fc.tuple(fc.constantFrom('$eq', '$neq'), operand),
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), ordered),
  fc.tuple(fc.constantFrom('$in', '$nin'), list),
  fc.tuple(fc.constant('$exists'), fc.boolean()),
  fc.tuple(fc.constantFrom('$startsWith', '$endsWith'), text),
);

const joinedOf = (condition: Arbitrary<unknown>): Arbitrary<[string, unknown]> =>
  fc.oneof(
    fc.tuple(
      fc.constantFrom('$and', '$or'),
      fc.array(condition, { minLength: 1, maxLength: 3 }) as Arbitrary<unknown>,
    ),
    fc.tuple(fc.constant('$not'), condition),
  );

const made = (members: Arbitrary<[string, unknown]>, maxLength: number) =>
  fc.array(members, { maxLength }).map((all) => Object.fromEntries(all) as Record<string, unknown>);

/** Filters that are taken, but for those that are too long or too deep. */
export const filter: Arbitrary<Record<string, unknown>> = fc.letrec<{
  onValue: unknown;
  onEvent: Record<string, unknown>;
}>((tie) => ({
  onValue: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    {
      weight: 2,
      arbitrary: operand.filter((one) => typeof one !== 'object' || Array.isArray(one)),
    },
    { weight: 2, arbitrary: made(compared, 2) },
    { weight: 3, arbitrary: made(fc.tuple(name, tie('onValue')), 3) },
    { weight: 1, arbitrary: made(joinedOf(tie('onValue')), 2) },
  ),
  onEvent: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    {
      weight: 4,
      arbitrary: made(fc.tuple(fc.constantFrom('payload', 'metadata'), tie('onValue')), 2),
    },
    { weight: 1, arbitrary: made(joinedOf(tie('onEvent')), 2) },
  ),
})).onEvent;

const KEYS = [
  ...['payload', 'metadata', '$and', '$or', '$not', '$eq', '$in', '$gt', '$exists', '$regex'],
  ...['$where', '$', '$$', '$and\0', 'a'.repeat(5000), '\ud800'],
];

/** What nobody means, and somebody sends. */
export const hostileFilter: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: filter },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 12 }) },
  {
    weight: 3,
    arbitrary: fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 10, withCrossShrink: true },
        fc.constantFrom<unknown>(NaN, Infinity, 2 ** 60, '\0', '\ud800', null, 'x'.repeat(4000)),
        fc.array(tie('any'), { maxLength: 5 }),
        made(fc.tuple(fc.oneof(name, fc.constantFrom(...KEYS)), tie('any')), 5),
      ),
    })).any,
  },
);
