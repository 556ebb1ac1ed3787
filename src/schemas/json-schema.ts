/** A JSON Schema of 2020-12, as JSON.parse gives it. */
export type JsonSchema = SchemaObject | boolean;
export type SchemaObject = { [keyword: string]: unknown };

/** A place of a schema or of a payload (RFC 6901), and what is said of it. */
export type Fault = { pointer: string; message: string };

/** The only dialect that is read. */
export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Keywords with a schema. */
export const WITH_SCHEMA = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'not',
  'if',
  'then',
  'else',
] as const;

/** Keywords with a list of schemas. */
export const WITH_LIST = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;

/** Keywords with schemas by name. */
export const WITH_MAP = [
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
] as const;

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}

/** The pointer of a member, or of an item, of what is at `pointer`. */
export function below(pointer: string, ...names: (string | number)[]): string {
  const escaped = names.map((name) => String(name).replaceAll('~', '~0').replaceAll('/', '~1'));
  return [pointer, ...escaped].join('/');
}

/** A schema inside of another one, and the names that lead to it. */
export type Inner = { schema: JsonSchema; path: (string | number)[] };

/** The schemas that are directly in a schema. What has another form than a schema is left out. */
export function innerSchemas(schema: SchemaObject): Inner[] {
  const inner: Inner[] = [];
  const add = (value: unknown, path: Inner['path']) => {
    if (isSchema(value)) inner.push({ schema: value, path });
  };
  for (const keyword of WITH_SCHEMA) add(own(schema, keyword), [keyword]);
  for (const keyword of WITH_LIST) {
    const list = own(schema, keyword);
    if (Array.isArray(list)) for (const [i, one] of list.entries()) add(one, [keyword, i]);
  }
  for (const keyword of WITH_MAP) {
    const map = own(schema, keyword);
    if (isObject(map)) for (const [name, one] of Object.entries(map)) add(one, [keyword, name]);
  }
  return inner;
}

/** A member that the object has itself: names may be `constructor`. */
export function own(object: SchemaObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What a reference within a document leads to; undefined: there is nothing. */
export function resolve(root: unknown, reference: string): Inner['schema'] | undefined {
  const names = namesIn(reference);
  let found: unknown = root;
  for (const name of names ?? []) {
    const inner: SchemaObject =
      isObject(found) || Array.isArray(found) ? (found as SchemaObject) : {};
    found = own(inner, name);
  }
  return names !== undefined && isSchema(found) ? found : undefined;
}

/**
 * The names in a reference such as `#/$defs/money`; undefined: it is no JSON Pointer within the
 * document.
 */
export function namesIn(reference: string): string[] | undefined {
  if (reference === '#') return [];
  // The validator takes `#/` for the whole document too, and not for a member without a name.
  if (!reference.startsWith('#/') || reference === '#/') return undefined;
  try {
    return decodeURIComponent(reference.slice(2))
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined;
  }
}
