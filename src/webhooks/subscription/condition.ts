/**
 * What is found of a condition. Undefined: it cannot be said, as the value is missing or of another
 * type than the condition asks for. That is no event to send, and the opposite of it is none.
 */
export type Truth = boolean | undefined;

/** Looks at a value of JSON; undefined stands for one that is missing. */
export type Test = (value: unknown) => Truth;

/** What JSON has beside objects and arrays. */
export type Scalar = string | number | boolean | null;

/** Nothing matches unless the value at `path` is one of these. */
export type Need = { path: string[]; values: Scalar[] };

/** A part of a filter: how it is tested, and what must hold wherever it does. */
export type Condition = { test: Test; needs: Need[] };

/** Where a filter asks for nothing. */
export const ALWAYS: Condition = { test: () => true, needs: [] };

/**
 * All hold. One that is false decides, whatever the others say, so that their order does not
 * matter: an object in jsonb has no order.
 */
export function allOf(conditions: Condition[]): Condition {
  const asking = conditions.filter((one) => one !== ALWAYS);
  const [first, ...others] = asking;
  if (first === undefined) return ALWAYS;
  if (others.length === 0) return first;
  const tests = asking.map(({ test }) => test);
  return { test: (value) => whetherAll(tests, value), needs: asking.flatMap(({ needs }) => needs) };
}

function whetherAll(tests: Test[], value: unknown): Truth {
  let truth: Truth = true;
  for (const test of tests) {
    const found = test(value);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

/** One of them holds, whatever the others say. */
export function oneOf(conditions: Condition[]): Condition {
  const tests = conditions.map(({ test }) => test);
  return { test: (value) => whetherOne(tests, value), needs: [] };
}

function whetherOne(tests: Test[], value: unknown): Truth {
  let truth: Truth = false;
  for (const test of tests) {
    const found = test(value);
    if (found === true) return true;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

/** The opposite, where there is one. */
export function notOf({ test }: Condition): Condition {
  const opposite: Test = (value) => {
    const found = test(value);
    return found === undefined ? undefined : !found;
  };
  return { test: opposite, needs: [] };
}

/** The condition holds of a member of the value. */
export function ofMember(name: string, condition: Condition): Condition {
  if (condition === ALWAYS) return ALWAYS;
  const { test, needs } = condition;
  // To ask for a member is half the time of a condition, and to ask whose it is the half of that.
  const inherited = name in Object.prototype;
  return {
    test: inherited
      ? (value) => test(memberOf(value, name))
      : (value) => test(hasMembers(value) ? value[name] : undefined),
    needs: needs.map(({ path, values }) => ({ path: [name, ...path], values })),
  };
}

/**
 * A member that an object has itself; undefined where it has none. Arrays and texts have no
 * members: the length of one is nothing that JSON says.
 */
export function memberOf(value: unknown, name: string): unknown {
  return hasMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function hasMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
