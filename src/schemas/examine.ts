import {
  below,
  DIALECT,
  innerSchemas,
  isObject,
  namesIn,
  own,
  resolve,
  type Fault,
  type JsonSchema,
  type SchemaObject,
} from './json-schema.ts';
import { PatternRefused, type PatternOf } from './pattern.ts';

/** Keywords that change what a reference means, or that another draft or OpenAPI 3.0 has. */
const REFUSED: Record<string, string> = {
  $id: 'is not supported: references are JSON Pointers within the schema',
  $anchor: 'is not supported: references are JSON Pointers within the schema',
  $dynamicAnchor: 'is not supported: references are JSON Pointers within the schema',
  $dynamicRef: 'is not supported: references are JSON Pointers within the schema',
  $recursiveRef: 'is of an older draft: write $ref',
  $recursiveAnchor: 'is of an older draft',
  $vocabulary: 'is not supported',
  $async: 'is not a keyword of JSON Schema',
  id: 'is of an older draft',
  nullable: 'is of OpenAPI 3.0: write "null" among the types',
  dependencies: 'is of an older draft: write dependentRequired or dependentSchemas',
  additionalItems: 'is of an older draft: write items beside prefixItems',
};

/** Keywords whose names are those of members of payloads. */
const WITH_NAMES = ['properties', 'dependentSchemas', 'dependentRequired', '$defs', 'definitions'];

/**
 * Why a schema does not mean what it says within this document, or cannot be run; undefined: it
 * can. What is no schema at all by its form is not looked for here.
 */
export function examine(root: JsonSchema, patternOf: PatternOf): Fault | undefined {
  const seen = new Set<JsonSchema>();
  const references: { target: JsonSchema; pointer: string }[] = [];
  const left: Place[] = [{ schema: root, pointer: '' }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { schema, pointer } = next;
    if (!isObject(schema)) continue;
    seen.add(schema);
    const fault = faultOf(schema, pointer) ?? patternFault(schema, pointer, patternOf);
    if (fault !== undefined) return fault;
    const target = targetOf(root, schema, pointer);
    if (target !== undefined && 'message' in target) return target;
    if (target !== undefined) references.push(target);
    for (const { schema: inner, path } of innerSchemas(schema))
      left.push({ schema: inner, pointer: below(pointer, ...path) });
  }
  // Such as a value of an enum, which nobody has looked at.
  const stray = references.find(({ target }) => isObject(target) && !seen.has(target));
  if (stray !== undefined) return { pointer: stray.pointer, message: 'leads to no schema' };
  return findLoop(root);
}

type Place = { schema: JsonSchema; pointer: string };

function faultOf(schema: SchemaObject, pointer: string): Fault | undefined {
  for (const [keyword, message] of Object.entries(REFUSED))
    if (Object.hasOwn(schema, keyword)) return { pointer: below(pointer, keyword), message };
  const dialect = own(schema, '$schema');
  if (dialect !== undefined && dialect !== DIALECT && dialect !== `${DIALECT}#`)
    return { pointer: below(pointer, '$schema'), message: `must be ${DIALECT}, or left out` };
  const values = own(schema, 'enum');
  if (Array.isArray(values) && values.length === 0)
    return { pointer: below(pointer, 'enum'), message: 'must have a value' };
  if (Array.isArray(own(schema, 'items')))
    return { pointer: below(pointer, 'items'), message: 'must be a schema: write prefixItems' };
  return nameFault(schema, pointer);
}

/** JavaScript has a use of its own for it, so that a validator may not see it. */
function nameFault(schema: SchemaObject, pointer: string): Fault | undefined {
  const message = '__proto__ cannot be the name of a member';
  for (const keyword of WITH_NAMES) {
    const map = own(schema, keyword);
    if (isObject(map) && Object.hasOwn(map, '__proto__'))
      return { pointer: below(pointer, keyword), message };
  }
  const required = own(schema, 'required');
  return Array.isArray(required) && required.includes('__proto__')
    ? { pointer: below(pointer, 'required'), message }
    : undefined;
}

function patternFault(
  schema: SchemaObject,
  pointer: string,
  patternOf: PatternOf,
): Fault | undefined {
  const pattern = own(schema, 'pattern');
  const byPattern = own(schema, 'patternProperties');
  const places = [
    ...(typeof pattern === 'string' ? [{ source: pattern, at: below(pointer, 'pattern') }] : []),
    ...Object.keys(isObject(byPattern) ? byPattern : {}).map((source) => ({
      source,
      at: below(pointer, 'patternProperties', source),
    })),
  ];
  for (const { source, at } of places) {
    try {
      patternOf(source);
    } catch (error) {
      if (!(error instanceof PatternRefused)) throw error;
      return { pointer: at, message: error.message };
    }
  }
  return undefined;
}

/** What the reference of a schema leads to; undefined: it has none. */
function targetOf(
  root: JsonSchema,
  schema: SchemaObject,
  pointer: string,
): { target: JsonSchema; pointer: string } | Fault | undefined {
  const reference = own(schema, '$ref');
  if (reference === undefined) return undefined;
  const at = below(pointer, '$ref');
  if (typeof reference !== 'string' || namesIn(reference) === undefined)
    return { pointer: at, message: 'must be # or a JSON Pointer in the schema, such as #/$defs/a' };
  const target = resolve(root, reference);
  return target === undefined
    ? { pointer: at, message: 'leads to no schema' }
    : { target, pointer: at };
}

/** Keywords whose schemas are for the same value. */
const IN_PLACE: ReadonlySet<unknown> = new Set([
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'],
]);

/** A schema that asks itself about the same value would never come to an end. */
function findLoop(root: JsonSchema): Fault | undefined {
  const done = new Set<JsonSchema>();
  const open = new Set<JsonSchema>();
  const fault: Fault = { pointer: '', message: 'has references that lead back to themselves' };
  const visit = (schema: JsonSchema): boolean => {
    if (!isObject(schema) || done.has(schema)) return false;
    if (open.has(schema)) return true;
    open.add(schema);
    const reference = own(schema, '$ref');
    const target = typeof reference === 'string' ? resolve(root, reference) : undefined;
    const same = innerSchemas(schema).filter(({ path: [first] }) => IN_PLACE.has(first));
    const isLoop =
      (target !== undefined && visit(target)) || same.some(({ schema: inner }) => visit(inner));
    open.delete(schema);
    done.add(schema);
    return isLoop;
  };
  const left: JsonSchema[] = [root];
  const seen = new Set<JsonSchema>();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    if (visit(next)) return fault;
    left.push(...innerSchemas(next).map(({ schema }) => schema));
  }
  return undefined;
}
