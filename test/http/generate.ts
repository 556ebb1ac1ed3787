import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { FORMATS } from '../../src/http/middleware/formats.ts';
import { whyRefused } from '../../src/webhooks/webhook-url.ts';

/** What openapi.yaml uses of JSON Schema, with references resolved. */
export type Schema = {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  minProperties?: number;
  maxProperties?: number;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
};

/**
 * Whether a JSON value is valid for `schema`. It does not use the server's validator, so that a
 * fault in the set-up of that is found.
 */
export function matches(schema: Schema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => matches(one, value));
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOfType(type, value)))
    return false;
  if (typeof value === 'string') return isText(schema, value);
  if (typeof value === 'number')
    return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Infinity, items = {}, uniqueItems = false } = schema;
    return (
      !(uniqueItems && new Set(value).size < value.length) &&
      value.length >= minItems &&
      value.length <= maxItems &&
      value.every((item) => matches(items, item))
    );
  }
  return typeof value !== 'object' || value === null || isObjectOf(schema, value);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function isText(
  { minLength = 0, maxLength = Infinity, pattern, format }: Schema,
  value: string,
): boolean {
  const characters = Array.from(value).length;
  if (characters < minLength || characters > maxLength) return false;
  return (
    (pattern === undefined || new RegExp(pattern, 'u').test(value)) &&
    (FORMATS[format ?? '']?.(value) ?? true)
  );
}

function isObjectOf(
  { required = [], properties = {}, additionalProperties = true, ...bounds }: Schema,
  value: object,
): boolean {
  const { minProperties = 0, maxProperties = Infinity } = bounds;
  if (!required.every((name) => Object.hasOwn(value, name))) return false;
  const members = Object.keys(value).length;
  if (members < minProperties || members > maxProperties) return false;
  return Object.entries(value).every(([name, inner]) => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const any = schema ?? additionalProperties;
    return typeof any === 'boolean' ? any : matches(any, inner);
  });
}

/** No value is wrong. */
export function isAnything({ type, anyOf, enum: values }: Schema): boolean {
  return type === undefined && anyOf === undefined && values === undefined;
}

/** Values of `schema`, its edges among them. */
export function valid(schema: Schema): Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valid));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (isAnything(schema)) return fc.jsonValue({ maxDepth: 3 });
  return fc.oneof(...[schema.type ?? []].flat().map((type) => validOfType(type, schema)));
}

function validOfType(type: string, schema: Schema): Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 - 1 });
    case 'number': {
      const { minimum = -1e300, maximum = 1e300 } = schema;
      return fc.oneof(
        fc.constantFrom(minimum, maximum),
        fc.double({ min: minimum, max: maximum, noNaN: true }),
      );
    }
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 20, uniqueItems = false } = schema;
      const bounds = { minLength: minItems, maxLength: Math.min(maxItems, 20) };
      return uniqueItems ? fc.uniqueArray(valid(items), bounds) : fc.array(valid(items), bounds);
    }
    case 'object': {
      if (typeof schema.additionalProperties === 'object') return validMap(schema);
      const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [
        name,
        valid(inner),
      ]);
      return fc
        .record(Object.fromEntries(properties) as Record<string, Arbitrary<unknown>>, {
          requiredKeys: schema.required ?? [],
        })
        .filter((value) => Object.keys(value).length >= (schema.minProperties ?? 0));
    }
    default:
      return validText(schema).filter((text) => isText(schema, text));
  }
}

/** An object with any names. */
function validMap(schema: Schema): Arbitrary<unknown> {
  const { additionalProperties, minProperties = 0, maxProperties = 20 } = schema;
  const value = typeof additionalProperties === 'object' ? valid(additionalProperties) : undefined;
  return fc.dictionary(fc.stringMatching(/^X-[a-z]{1,5}$/), value ?? fc.jsonValue(), {
    minKeys: minProperties,
    maxKeys: Math.min(maxProperties, 20),
  });
}

/** A text of more characters is not tried out: a body has room for few of them. */
const LONG = 10_000;

function validText({
  format,
  pattern,
  minLength = 0,
  maxLength = 1000,
}: Schema): Arbitrary<string> {
  if (format === 'uuid')
    return fc.oneof(
      fc.uuid(),
      fc.uuid().map((id) => id.toUpperCase()),
    );
  if (format === 'date-time') return fc.tuple(TIMES, OFFSETS).map((parts) => parts.join(''));
  if (format === 'uri') {
    // The description says in words what no format can: paths with dots are refused.
    return fc
      .webUrl({ withFragments: true, withQueryParameters: true })
      .filter((url) => whyRefused(url) === undefined);
  }
  // Hardly any text is one of these by chance.
  if (pattern !== undefined && /^\^(\[a-z0-9_\]|3\\.1)/.test(pattern))
    return fc.stringMatching(new RegExp(pattern));
  if (pattern !== undefined) return fc.string({ unit: 'grapheme-ascii', minLength, maxLength });
  const edges = [minLength, maxLength]
    .filter((length) => length <= LONG)
    .map((length) => fc.constant('\u{1F980}'.repeat(length)));
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 300) }),
    },
    ...edges,
  );
}

const OFFSETS = fc.oneof(
  fc.constantFrom('Z', 'z'),
  fc
    .tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59))
    .map(([sign, ...parts]) => sign + parts.map(twoDigits).join(':')),
);

const twoDigits = (number: number) => String(number).padStart(2, '0');

const TIMES = fc
  .date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().replace(/^\+00/, '').replace('Z', ''));

/** JSON values that are not valid for `schema`. -0 is written as 0. */
export function invalid(schema: Schema): Arbitrary<unknown> {
  const near = [schema.minimum, schema.maximum].flatMap((edge) =>
    edge === undefined ? [] : [edge - 1, edge + 1, edge + 0.5, String(edge)],
  );
  const long =
    schema.maxLength === undefined || schema.maxLength > LONG
      ? []
      : ['x'.repeat(schema.maxLength + 1), '\u{1F980}'.repeat(schema.maxLength + 1)];
  return fc
    .oneof(
      fc.jsonValue(),
      fc.constantFrom(...HOSTILE, ...near, ...long),
      hostileText,
      ...oneMemberChanged(schema),
    )
    .filter((value) => !matches(schema, value) && !Object.is(value, -0));
}

/** Values of the objects that `schema` allows, but for one member. */
function oneMemberChanged(schema: Schema): Arbitrary<unknown>[] {
  return [schema, ...(schema.anyOf ?? [])].flatMap((one) =>
    Object.entries(one.properties ?? {})
      .filter(([, inner]) => !isAnything(inner))
      .map(([name, inner]) =>
        fc
          .tuple(valid({ ...one, type: 'object' }), invalid(inner))
          .map(([value, fault]) => ({ ...(value as object), [name]: fault })),
      ),
  );
}

const HOSTILE: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  2 ** 53,
  '',
  ' ',
  '0',
  'null',
  'true',
  '\0',
  '\ud800',
  '\u{1F980}',
  '../../etc/passwd',
  "'; drop table webhooks; --",
  '{{7*7}}',
  '%00',
  'http://',
  'file:///etc/passwd',
  '2026-02-30T00:00:00Z',
  '11111111-1111-1111-1111-11111111111',
  [],
  {},
  [null],
  [[]],
  { length: 1 },
  { toString: 1 },
];

export const hostileText: Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\0',
        '\ud800',
        '\udc00',
        '%',
        '"',
        '\\',
        '/',
        '&',
        '=',
        '\r\n',
        'a',
        '\u{1F980}',
        '__proto__',
      ),
    )
    .map((parts) => parts.join('')),
);
