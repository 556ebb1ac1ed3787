import { canonical } from '../canonical.ts';
import { below, isObject, own, type JsonSchema, type SchemaObject } from '../json-schema.ts';
import { innerPlace, type ObjectPlace, type Pair, type Place, type Rule } from './comparing.ts';
import { isRemark } from './remarks.ts';
import { valuesOf } from './values.ts';

const NOT_COMPARED = 'cannot be compared with what was there before';

/** References beside other keywords. */
export const references: Rule = (pair, comparing) => {
  const { before, after } = pair;
  const [had, has] = [own(before.schema, '$ref'), own(after.schema, '$ref')];
  if (had === undefined && has === undefined) return undefined;
  const targets = comparing.targets(pair);
  return targets === undefined
    ? { pointer: below(after.pointer, '$ref'), message: NOT_COMPARED }
    : comparing.fault(targets.before, targets.after);
};

/** As many parts as before, each of which takes what it took. */
export const all: Rule = ({ before, after }, comparing) => {
  const [had, has] = [partsOf(before, 'allOf'), partsOf(after, 'allOf')];
  if (had.length !== has.length)
    return { pointer: below(after.pointer, 'allOf'), message: NOT_COMPARED };
  return firstOf(had, (one, i) => comparing.fault(one, has[i] as Place));
};

/** For each part that there was, one that takes what it took. */
export const any: Rule = ({ before, after }, comparing) => {
  const [had, has] = [partsOf(before, 'anyOf'), partsOf(after, 'anyOf')];
  if (has.length === 0 && had.length === 0) return undefined;
  const pointer = below(after.pointer, 'anyOf');
  if (has.length === 0 || had.length === 0) return { pointer, message: NOT_COMPARED };
  return firstOf(had, (one, i) => {
    const same = has[i];
    const fault = same && comparing.fault(one, same);
    if (same !== undefined && fault === undefined) return undefined;
    const isTaken = has.some((other) => comparing.fault(one, other) === undefined);
    return isTaken ? undefined : (fault ?? { pointer: one.pointer, message: 'was removed' });
  });
};

/**
 * The same parts. Where a member tells them apart, as `type` often does, a part may take more, and
 * there may be new ones: no value fits two.
 */
export const one: Rule = (pair, comparing) => {
  const { before, after } = pair;
  const [had, has] = [partsOf(before, 'oneOf'), partsOf(after, 'oneOf')];
  if (has.length === 0 && had.length === 0) return undefined;
  const pointer = below(after.pointer, 'oneOf');
  if (has.length === 0 || had.length > has.length) return { pointer, message: NOT_COMPARED };
  if (had.length === 0) return { pointer, message: NOT_COMPARED };
  const isApart = areApart(has.map((part) => comparing.followed(part)));
  if (!isApart && had.length < has.length)
    return { pointer, message: 'has a new part, which values of another part may fit as well' };
  return firstOf(had, (part, i) => {
    const other = has[i] as Place;
    const fault = comparing.fault(part, other);
    if (fault !== undefined || isApart || comparing.isSame(part, other)) return fault;
    return { pointer: other.pointer, message: 'takes more, which may fit another part as well' };
  });
};

/** Everything that no other rule knows: it is as it was. */
export function rest(handled: ReadonlySet<string>): Rule {
  return ({ before, after }: Pair, comparing) => {
    for (const keyword of Object.keys({ ...before.schema, ...after.schema })) {
      if (handled.has(keyword) || isRemark(keyword)) continue;
      if (!comparing.isEqual(own(before.schema, keyword), own(after.schema, keyword)))
        return { pointer: below(after.pointer, keyword), message: NOT_COMPARED };
    }
    return undefined;
  };
}

function partsOf(place: ObjectPlace, keyword: string): Place[] {
  const list = own(place.schema, keyword);
  if (!Array.isArray(list)) return [];
  return list.map((_part, i) => innerPlace(place, [keyword, i]));
}

function firstOf<Item, Found>(
  list: Item[],
  find: (item: Item, i: number) => Found | undefined,
): Found | undefined {
  for (const [i, item] of list.entries()) {
    const found = find(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether each part asks for a member with a value that no other part allows. */
function areApart(parts: JsonSchema[]): boolean {
  const schemas = parts.map((part) => (isObject(part) ? part : {}));
  const names = Object.keys(membersOf(schemas[0] ?? {}));
  return names.some((name) => {
    const seen = new Set<string>();
    return schemas.every((schema) => {
      const member = membersOf(schema)[name];
      const required = own(schema, 'required');
      const values = isObject(member) ? valuesOf(member) : undefined;
      if (own(schema, 'type') !== 'object') return false;
      if (values === undefined || !Array.isArray(required) || !required.includes(name))
        return false;
      return values.map(canonical).every((value) => !seen.has(value) && seen.add(value));
    });
  });
}

function membersOf(schema: SchemaObject): SchemaObject {
  const members = own(schema, 'properties');
  return isObject(members) ? members : {};
}
