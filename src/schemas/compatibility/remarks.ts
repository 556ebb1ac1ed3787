import { isObject, type JsonSchema } from '../json-schema.ts';

/** Keywords that say something to people and tools, and by which nothing is refused. */
const REMARKS = new Set([
  '$schema',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'deprecated',
  'example',
  'examples',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
]);

/** Those that begin with `x-` are remarks too, as in OpenAPI. */
export function isRemark(keyword: string): boolean {
  return REMARKS.has(keyword) || keyword.startsWith('x-');
}

/** Whether a schema has remarks and nothing else, or nothing but `beside`. */
export function hasOnlyRemarks(schema: JsonSchema, beside?: string): boolean {
  return (
    isObject(schema) &&
    Object.keys(schema).every((keyword) => keyword === beside || isRemark(keyword))
  );
}
