import { below, isObject, own, type SchemaObject } from '../json-schema.ts';
import { innerPlace, type ObjectPlace, type Place, type Rule } from './comparing.ts';
import { hasOnlyRemarks } from './remarks.ts';
import { typesOf } from './values.ts';

/** Each member that was there is there, and takes what it took. */
export const named: Rule = ({ before, after }, comparing) => {
  for (const name of Object.keys(mapOf(before.schema, 'properties'))) {
    const had = innerPlace(before, ['properties', name]);
    if (had.schema === false) continue;
    if (!Object.hasOwn(mapOf(after.schema, 'properties'), name))
      return { pointer: had.pointer, message: 'was removed' };
    const fault = comparing.fault(had, innerPlace(after, ['properties', name]));
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** A member that is new takes what the schema before said of members that it did not name. */
export const added: Rule = ({ before, after }, comparing) => {
  if (!typesOf(before.schema).has('object')) return undefined;
  const known = mapOf(before.schema, 'properties');
  const isByPattern = Object.keys(mapOf(before.schema, 'patternProperties')).length > 0;
  for (const name of Object.keys(mapOf(after.schema, 'properties'))) {
    if (Object.hasOwn(known, name)) continue;
    const now = innerPlace(after, ['properties', name]);
    if (isByPattern)
      return { pointer: now.pointer, message: 'cannot be compared with patternProperties' };
    const others = othersOf(before);
    // Nobody was told of such a member. Otherwise no schema that is open could ever have a new one.
    if (typeof others.schema === 'boolean' || hasOnlyRemarks(others.schema)) continue;
    const fault = comparing.fault(others, now);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

function othersOf(before: ObjectPlace): Place {
  const keyword = ['additionalProperties', 'unevaluatedProperties'].find((one) =>
    Object.hasOwn(before.schema, one),
  );
  return innerPlace(before, [keyword ?? 'additionalProperties']);
}

/** What has no name of its own. */
export const others: Rule = ({ before, after }, comparing) => {
  if (!typesOf(before.schema).has('object')) return undefined;
  const [had, has] = [before, after].map((place) => mapOf(place.schema, 'patternProperties'));
  for (const pattern of Object.keys({ ...had, ...has })) {
    const path: [string, string] = ['patternProperties', pattern];
    const pointer = below(after.pointer, ...path);
    if (!Object.hasOwn(has ?? {}, pattern)) return { pointer, message: 'was removed' };
    if (!Object.hasOwn(had ?? {}, pattern))
      return { pointer, message: 'is new, and cannot be compared' };
    const fault = comparing.fault(innerPlace(before, path), innerPlace(after, path));
    if (fault !== undefined) return fault;
  }
  const [one, other] = [before, after].map((place) => innerPlace(place, ['additionalProperties']));
  if (one === undefined || other === undefined) return undefined;
  return other.schema === false && one.schema !== false
    ? { pointer: other.pointer, message: 'does not allow other members any more' }
    : comparing.fault(one, other);
};

/** What must be there. */
export const required: Rule = ({ before, after }) => {
  if (!typesOf(before.schema).has('object')) return undefined;
  const had = new Set(listOf(before.schema, 'required'));
  const name = listOf(after.schema, 'required').find((one) => !had.has(one));
  if (name === undefined) return undefined;
  return typeof name === 'string' && Object.hasOwn(mapOf(after.schema, 'properties'), name)
    ? { pointer: below(after.pointer, 'properties', name), message: 'is newly required' }
    : {
        pointer: below(after.pointer, 'required'),
        message: `${JSON.stringify(name).slice(0, 100)} is newly required`,
      };
};

/** The items of arrays: those with a place of their own, and the rest. */
export const items: Rule = ({ before, after }, comparing) => {
  if (!typesOf(before.schema).has('array')) return undefined;
  const places = Math.max(
    listOf(before.schema, 'prefixItems').length,
    listOf(after.schema, 'prefixItems').length,
  );
  for (let i = 0; i <= places; i += 1) {
    const fault = comparing.fault(itemOf(before, i), itemOf(after, i));
    if (fault !== undefined) return fault;
  }
  return undefined;
};

function itemOf(place: ObjectPlace, i: number): Place {
  return i < listOf(place.schema, 'prefixItems').length
    ? innerPlace(place, ['prefixItems', i])
    : innerPlace(place, ['items']);
}

function mapOf(schema: SchemaObject, keyword: string): SchemaObject {
  const map = own(schema, keyword);
  return isObject(map) ? map : {};
}

function listOf(schema: SchemaObject, keyword: string): unknown[] {
  const list = own(schema, keyword);
  return Array.isArray(list) ? (list as unknown[]) : [];
}
