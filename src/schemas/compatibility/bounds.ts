import { below, own, type Fault, type SchemaObject } from '../json-schema.ts';
import type { ObjectPlace, Rule } from './comparing.ts';
import { typesOf, type Part } from './values.ts';

const LEAST: [keyword: string, type: Part][] = [
  ['minLength', 'string'],
  ['minItems', 'array'],
  ['minProperties', 'object'],
];
const MOST: [keyword: string, type: Part][] = [
  ['maxLength', 'string'],
  ['maxItems', 'array'],
  ['maxProperties', 'object'],
];

/** How long texts, arrays and objects may be. */
export const lengths: Rule = ({ before, after }) => {
  const types = typesOf(before.schema);
  for (const [keyword, type] of LEAST) {
    const [had, has] = [number(before, keyword) ?? 0, number(after, keyword) ?? 0];
    if (types.has(type) && has > had) return narrowed(after, keyword, `is ${has}, and was ${had}`);
  }
  for (const [keyword, type] of MOST) {
    const [had, has] = [number(before, keyword) ?? Infinity, number(after, keyword) ?? Infinity];
    if (types.has(type) && has < had) return narrowed(after, keyword, `is ${has}, and ${was(had)}`);
  }
  return undefined;
};

/** Between which numbers, and at which steps. */
export const numbers: Rule = ({ before, after }) => {
  const types = typesOf(before.schema);
  if (!types.has('integer') && !types.has('fraction')) return undefined;
  for (const side of ['minimum', 'maximum'] as const) {
    const [had, has] = [bound(before.schema, side), bound(after.schema, side)];
    if (has !== undefined && (had === undefined || isTighter(has, had)))
      return narrowed(
        after,
        has.keyword,
        `is ${Math.abs(has.value)}, which is narrower than before`,
      );
  }
  const [had, has] = [number(before, 'multipleOf'), number(after, 'multipleOf')];
  if (has === undefined || (had !== undefined && Number.isInteger(had / has))) return undefined;
  return narrowed(after, 'multipleOf', `is ${has}, and ${was(had ?? Infinity)}`);
};

/** What a text must look like, and whether the items of an array must differ. */
export const forms: Rule = ({ before, after }) => {
  const types = typesOf(before.schema);
  for (const keyword of ['pattern', 'format']) {
    const [had, has] = [own(before.schema, keyword), own(after.schema, keyword)];
    if (types.has('string') && has !== undefined && has !== had)
      return narrowed(after, keyword, 'is not the one before');
  }
  const [had, has] = [own(before.schema, 'uniqueItems'), own(after.schema, 'uniqueItems')];
  return types.has('array') && has === true && had !== true
    ? narrowed(after, 'uniqueItems', 'is new')
    : undefined;
};

type Bound = { keyword: string; value: number; isOpen: boolean };

/** The tighter one of two keywords, as a lower bound: an upper one has its sign changed. */
function bound(schema: SchemaObject, side: 'minimum' | 'maximum'): Bound | undefined {
  const sign = side === 'minimum' ? 1 : -1;
  const open = side === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
  const bounds = [side, open].flatMap((keyword) => {
    const value = own(schema, keyword);
    return typeof value === 'number'
      ? [{ keyword, value: sign * value, isOpen: keyword === open }]
      : [];
  });
  return bounds.toSorted((one, other) => (isTighter(one, other) ? -1 : 1))[0];
}

function isTighter(one: Bound, other: Bound): boolean {
  return one.value > other.value || (one.value === other.value && one.isOpen && !other.isOpen);
}

function number({ schema }: ObjectPlace, keyword: string): number | undefined {
  const value = own(schema, keyword);
  return typeof value === 'number' ? value : undefined;
}

function was(value: number): string {
  return value === Infinity ? 'is new' : `was ${value}`;
}

function narrowed({ pointer }: ObjectPlace, keyword: string, message: string): Fault {
  return { pointer: below(pointer, keyword), message };
}
