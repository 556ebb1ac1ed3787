import {
  isObject,
  isSchema,
  own,
  WITH_LIST,
  WITH_MAP,
  WITH_SCHEMA,
  type JsonSchema,
  type SchemaObject,
} from './json-schema.ts';

/** The same schema with other references. What is data in it, such as an enum, stays as it is. */
export function withReferences(schema: JsonSchema, rename: (old: string) => string): JsonSchema {
  if (!isObject(schema)) return schema;
  const inner = (value: unknown) => (isSchema(value) ? withReferences(value, rename) : value);
  const changed: SchemaObject = { ...schema };
  const reference = own(schema, '$ref');
  if (typeof reference === 'string') changed['$ref'] = rename(reference);
  for (const keyword of WITH_SCHEMA)
    if (Object.hasOwn(schema, keyword)) changed[keyword] = inner(schema[keyword]);
  for (const keyword of WITH_LIST) {
    const list = own(schema, keyword);
    if (Array.isArray(list)) changed[keyword] = list.map(inner);
  }
  for (const keyword of WITH_MAP) {
    const map = own(schema, keyword);
    if (isObject(map))
      changed[keyword] = Object.fromEntries(
        Object.entries(map).map(([name, one]) => [name, inner(one)]),
      );
  }
  return changed;
}
