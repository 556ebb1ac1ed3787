import type { Scalar } from './condition.ts';

/** Whether a value is equal to one that is known before. */
type IsEqual = (value: unknown) => boolean;

/**
 * Equality of JSON values, whatever the order of members. It costs what `wanted` is long, however
 * large the value is that it is compared with.
 */
export function equalTo(wanted: unknown): IsEqual {
  if (isScalar(wanted)) return (value) => value === wanted;
  return Array.isArray(wanted) ? equalArray(wanted) : equalObject(wanted as object);
}

/** Whether a value is equal to one of several. */
export function equalToOne(wanted: unknown[]): IsEqual {
  const scalars = new Set(wanted.filter(isScalar));
  const others = wanted.filter((one) => !isScalar(one)).map(equalTo);
  return (value) => (isScalar(value) ? scalars.has(value) : others.some((equal) => equal(value)));
}

/** Undefined, which stands for what is missing, is none. */
export function isScalar(value: unknown): value is Scalar {
  return value === null || (typeof value !== 'object' && value !== undefined);
}

function equalArray(wanted: unknown[]): IsEqual {
  const items = wanted.map(equalTo);
  return (value) =>
    Array.isArray(value) &&
    value.length === items.length &&
    items.every((equal, i) => equal(value[i]));
}

function equalObject(wanted: object): IsEqual {
  const members = Object.entries(wanted).map(([name, one]) => ({ name, equal: equalTo(one) }));
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    members.every(
      ({ name, equal }) => Object.hasOwn(value, name) && equal((value as Members)[name]),
    ) &&
    membersIn(value) === members.length;
}

type Members = Record<string, unknown>;

/** Counted once an object: one of 60,000 members takes some milliseconds, and filters are many. */
const counted = new WeakMap<object, number>();

function membersIn(value: object): number {
  const known = counted.get(value);
  if (known !== undefined) return known;
  const count = Object.keys(value).length;
  counted.set(value, count);
  return count;
}
