import type { Condition, Scalar, Test } from './condition.ts';
import { equalTo, equalToOne, isScalar } from './equality.ts';

/** An operator that compares: what it may be given, and the condition that it then is. */
type Operator = {
  /** Why it may not be given this; undefined: it may. */
  fault(operand: unknown): string | undefined;
  condition(operand: unknown): Condition;
};

const ANY = () => undefined;

/** By name. Those that join conditions are read in `filter.ts`. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['$eq', { fault: ANY, condition: isEqual }],
  ['$neq', { fault: ANY, condition: (operand) => tested(negated(equalTo(operand))) }],
  ['$gt', ordered((order) => order > 0)],
  ['$gte', ordered((order) => order >= 0)],
  ['$lt', ordered((order) => order < 0)],
  ['$lte', ordered((order) => order <= 0)],
  ['$in', { fault: arrayFault, condition: (operand) => isOneOf(operand as unknown[]) }],
  [
    '$nin',
    {
      fault: arrayFault,
      condition: (operand) => tested(negated(equalToOne(operand as unknown[]))),
    },
  ],
  [
    '$exists',
    {
      fault: (operand) => (typeof operand === 'boolean' ? undefined : 'must be true or false'),
      condition: (operand) => tested((value) => (value !== undefined) === operand),
    },
  ],
  ['$startsWith', ofText((text, operand) => text.startsWith(operand))],
  ['$endsWith', ofText((text, operand) => text.endsWith(operand))],
]);

/** What a plain value means, and `$eq`. */
export function isEqual(operand: unknown): Condition {
  const test = equalTo(operand);
  return { test, needs: isScalar(operand) ? [{ path: [], values: [operand] }] : [] };
}

function isOneOf(operands: unknown[]): Condition {
  const values = operands.filter(isScalar);
  const needs = values.length === operands.length ? [{ path: [], values: unique(values) }] : [];
  return { test: equalToOne(operands), needs };
}

const unique = (values: Scalar[]) => [...new Set(values)];

const tested = (test: Test): Condition => ({ test, needs: [] });

const negated =
  (holds: (value: unknown) => boolean): Test =>
  (value) =>
    !holds(value);

function arrayFault(operand: unknown): string | undefined {
  return Array.isArray(operand) ? undefined : 'must be an array';
}

/** A number is compared with numbers, and a text with texts; of anything else it cannot be said. */
function ordered(holds: (order: number) => boolean): Operator {
  return {
    fault: (operand) =>
      typeof operand === 'number' || typeof operand === 'string'
        ? undefined
        : 'must be a number or a string',
    condition: (operand) =>
      tested(
        typeof operand === 'number'
          ? (value) => (typeof value === 'number' ? holds(value - operand) : undefined)
          : (value) =>
              typeof value === 'string' ? holds(textOrder(value, operand as string)) : undefined,
      ),
  };
}

function ofText(holds: (text: string, operand: string) => boolean): Operator {
  return {
    fault: (operand) => (typeof operand === 'string' ? undefined : 'must be a string'),
    condition: (operand) =>
      tested((value) => (typeof value === 'string' ? holds(value, operand as string) : undefined)),
  };
}

/**
 * Below 0 where `a` comes before `b` in the order of code points. That of the units of UTF-16,
 * which JavaScript compares, has U+1F980 before U+FFFD.
 */
function textOrder(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one !== other) return byCodePoint(one) - byCodePoint(other);
  }
  return a.length - b.length;
}

/** The two units of a character above U+FFFF come behind all others. */
function byCodePoint(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
