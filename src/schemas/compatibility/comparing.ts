import { below, isObject, own, resolve } from '../json-schema.ts';
import type { Fault, JsonSchema, SchemaObject } from '../json-schema.ts';
import { hasOnlyRemarks } from './remarks.ts';

/** A schema and where it is in its document. */
export type Place = { schema: JsonSchema; pointer: string };
export type ObjectPlace = { schema: SchemaObject; pointer: string };

/** Two schemas of which the second one is to take all that the first one takes. */
export type Pair = { before: ObjectPlace; after: ObjectPlace };

/** One way in which a schema may take less than the one before; undefined: it does not. */
export type Rule = (pair: Pair, comparing: Comparing) => Fault | undefined;

/** More steps are not made. A schema of 64 KiB that is compared with itself takes 10,000. */
const MAX_STEPS = 200_000;

/** Two schemas would take too long to compare. */
export class TooManySteps extends Error {
  override name = 'TooManySteps';
}

const ANYTHING: SchemaObject = {};

type Steps = { left: number };

/** A comparison of the schemas of two documents. */
export class Comparing {
  readonly #before: JsonSchema;
  readonly #after: JsonSchema;
  readonly #rules: readonly Rule[];
  readonly #steps: Steps;
  readonly #faults = new Map<SchemaObject, Map<SchemaObject, Fault>>();
  readonly #held = new Map<SchemaObject, Set<SchemaObject>>();
  /** What is held to be compatible, in the order in which it was found. */
  readonly #trail: [SchemaObject, SchemaObject][] = [];

  constructor(
    { before, after }: { before: JsonSchema; after: JsonSchema },
    rules: readonly Rule[],
    steps: Steps = { left: MAX_STEPS },
  ) {
    this.#before = before;
    this.#after = after;
    this.#rules = rules;
    this.#steps = steps;
  }

  /**
   * Why `after` may take less than `before`, or does not name a member of it; undefined: nothing
   * speaks against it. Two schemas that ask about themselves again are held to be compatible unless
   * something else is found. @throws TooManySteps
   */
  fault(before: Place, after: Place): Fault | undefined {
    this.spend(1);
    const one = this.#followed(before, this.#before);
    const other = this.#followed(after, this.#after);
    if (one.schema === false) return undefined;
    if (other.schema === false) return { pointer: other.pointer, message: 'allows nothing now' };
    return this.#faultOf({ before: asObject(one), after: asObject(other) });
  }

  /** Whether both take the same, and name the same members. @throws TooManySteps */
  isSame(before: Place, after: Place): boolean {
    if (this.fault(before, after) !== undefined) return false;
    const documents = { before: this.#after, after: this.#before };
    return new Comparing(documents, this.#rules, this.#steps).fault(after, before) === undefined;
  }

  /** Whether two values are equal, with all that references in them lead to. */
  isEqual(before: unknown, after: unknown, followed = new Set<string>()): boolean {
    this.spend(1);
    if (Array.isArray(before) && Array.isArray(after))
      return (
        before.length === after.length &&
        before.every((one, i) => this.isEqual(one, after[i], followed))
      );
    if (!isObject(before) || !isObject(after)) return before === after;
    const names = Object.keys(before);
    if (names.length !== Object.keys(after).length) return false;
    return names.every(
      (name) =>
        Object.hasOwn(after, name) &&
        this.isEqual(before[name], after[name], followed) &&
        (name !== '$ref' || this.#isTargetEqual(before[name], followed)),
    );
  }

  /** @throws TooManySteps */
  spend(steps: number): void {
    this.#steps.left -= steps;
    if (this.#steps.left < 0) throw new TooManySteps();
  }

  /** What a schema of the later document is, where it is a reference and nothing else. */
  followed(after: Place): JsonSchema {
    return this.#followed(after, this.#after).schema;
  }

  /** What references in both documents lead to. */
  targets({ before, after }: Pair): { before: Place; after: Place } | undefined {
    const one = targetOf(before, this.#before);
    const other = targetOf(after, this.#after);
    return one === undefined || other === undefined ? undefined : { before: one, after: other };
  }

  #isTargetEqual(reference: unknown, followed: Set<string>): boolean {
    if (typeof reference !== 'string' || followed.has(reference)) return true;
    followed.add(reference);
    const [one, other] = [resolve(this.#before, reference), resolve(this.#after, reference)];
    return this.isEqual(one, other, followed);
  }

  #faultOf(pair: Pair): Fault | undefined {
    const [one, other] = [pair.before.schema, pair.after.schema];
    const known = this.#faults.get(one)?.get(other);
    if (known !== undefined || this.#held.get(one)?.has(other)) return known;
    const length = this.#trail.length;
    this.#hold(one, other);
    for (const rule of this.#rules) {
      const fault = rule(pair, this);
      if (fault === undefined) continue;
      // What was found meanwhile relied on this pair.
      this.#letGo(length);
      const faults = this.#faults.get(one) ?? new Map<SchemaObject, Fault>();
      this.#faults.set(one, faults.set(other, fault));
      return fault;
    }
    return undefined;
  }

  #hold(one: SchemaObject, other: SchemaObject): void {
    this.#held.set(one, (this.#held.get(one) ?? new Set()).add(other));
    this.#trail.push([one, other]);
  }

  #letGo(length: number): void {
    for (const [one, other] of this.#trail.splice(length)) this.#held.get(one)?.delete(other);
  }

  /** Where a schema is a reference and nothing else, what that leads to. */
  #followed(place: Place, document: JsonSchema): Place {
    for (let found = place; ; this.spend(1)) {
      const target = isObject(found.schema)
        ? targetOf({ ...found, schema: found.schema }, document)
        : undefined;
      if (target === undefined || !hasOnlyRemarks(found.schema, '$ref')) return found;
      found = target;
    }
  }
}

function asObject({ schema, pointer }: Place): ObjectPlace {
  return { schema: isObject(schema) ? schema : ANYTHING, pointer };
}

function targetOf({ schema }: ObjectPlace, document: JsonSchema): Place | undefined {
  const reference = own(schema, '$ref');
  if (typeof reference !== 'string') return undefined;
  const target = resolve(document, reference);
  return target === undefined
    ? undefined
    : { schema: target, pointer: decodeURIComponent(reference.slice(1)) };
}

/** The schema of a keyword; `otherwise` where there is none. */
export function innerPlace(
  { schema, pointer }: ObjectPlace,
  path: [string, ...(string | number)[]],
  otherwise: JsonSchema = true,
): Place {
  let found: unknown = schema;
  for (const name of path)
    found =
      typeof found === 'object' && found !== null
        ? own(found as SchemaObject, String(name))
        : undefined;
  return {
    schema: isObject(found) || typeof found === 'boolean' ? found : otherwise,
    pointer: below(pointer, ...path),
  };
}
