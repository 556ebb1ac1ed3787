import { canonical } from '../canonical.ts';
import { below, isObject, own, type SchemaObject } from '../json-schema.ts';
import type { Rule } from './comparing.ts';

/** The types of JSON Schema, in parts that have no value in common. */
const PARTS = ['array', 'boolean', 'fraction', 'integer', 'null', 'object', 'string'] as const;
export type Part = (typeof PARTS)[number];

/** Of which types values may be that a schema takes. */
export function typesOf(schema: SchemaObject): Set<Part> {
  const named = namedTypes(schema);
  const values = valuesOf(schema);
  if (values === undefined) return named;
  const ofValues = new Set(values.map(partOf));
  return new Set([...named].filter((part) => ofValues.has(part)));
}

/** A type that a schema does not allow any more. */
export const types: Rule = ({ before, after }) => {
  const allowed = namedTypes(after.schema);
  const missing = [...typesOf(before.schema)].find((part) => !allowed.has(part));
  if (missing === undefined) return undefined;
  const name = missing === 'fraction' ? 'number' : missing;
  return { pointer: below(after.pointer, 'type'), message: `does not allow ${name} any more` };
};

/** Values that an `enum` or a `const` does not have any more. */
export const values: Rule = ({ before, after }, comparing) => {
  const allowed = valuesOf(after.schema);
  if (allowed === undefined) return undefined;
  const pointer = below(after.pointer, Object.hasOwn(after.schema, 'const') ? 'const' : 'enum');
  const had = valuesOf(before.schema);
  if (had === undefined) return { pointer, message: 'allows some values alone now' };
  comparing.spend(allowed.length + had.length);
  const texts = new Set(allowed.map(canonical));
  const named = namedTypes(before.schema);
  const missing = had.find((value) => named.has(partOf(value)) && !texts.has(canonical(value)));
  if (missing === undefined) return undefined;
  return { pointer, message: `does not allow ${shortened(missing)} any more` };
};

function namedTypes(schema: SchemaObject): Set<Part> {
  const type = own(schema, 'type');
  if (type === undefined) return new Set(PARTS);
  return new Set([type].flat().flatMap(partsOf));
}

function partsOf(type: unknown): Part[] {
  return type === 'number' ? ['integer', 'fraction'] : PARTS.filter((part) => part === type);
}

function partOf(value: unknown): Part {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return isObject(value) ? 'object' : (typeof value as 'string' | 'boolean');
}

/** The values that a schema names; undefined: it names none. */
export function valuesOf(schema: SchemaObject): unknown[] | undefined {
  const list = own(schema, 'enum');
  const listed = Array.isArray(list) ? (list as unknown[]) : undefined;
  if (!Object.hasOwn(schema, 'const')) return listed;
  const only = schema['const'];
  const isListed = listed?.some((one) => canonical(one) === canonical(only)) ?? true;
  return isListed ? [only] : [];
}

const MAX_SHOWN = 60;

function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
}
