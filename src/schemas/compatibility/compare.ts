import type { Comparison } from '../job.ts';
import type { JsonSchema } from '../json-schema.ts';
import { forms, lengths, numbers } from './bounds.ts';
import { all, any, one, references, rest } from './combined.ts';
import { Comparing, TooManySteps, type Rule } from './comparing.ts';
import { added, items, named, others, required } from './members.ts';
import { types, values } from './values.ts';

/** The keywords that a rule below knows. */
const HANDLED = new Set([
  ...['$ref', 'type', 'enum', 'const', 'allOf', 'anyOf', 'oneOf', 'pattern', 'format'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  ...['properties', 'patternProperties', 'additionalProperties', 'required'],
  ...['items', 'prefixItems', 'uniqueItems'],
]);

const RULES: readonly Rule[] = [
  references,
  types,
  values,
  named,
  required,
  added,
  others,
  items,
  lengths,
  numbers,
  forms,
  all,
  any,
  one,
  rest(HANDLED),
];

/**
 * Whether a schema may follow another one: all that fitted still fits, and no member is gone that
 * the schema named. It says yes only where it can tell.
 */
export function compare(before: JsonSchema, after: JsonSchema): Comparison {
  const root = (schema: JsonSchema) => ({ schema, pointer: '' });
  try {
    const comparing = new Comparing({ before, after }, RULES);
    const fault = comparing.fault(root(before), root(after));
    return fault === undefined ? { kind: 'compatible' } : { kind: 'incompatible', ...fault };
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    return { kind: 'incompatible', pointer: '', message: 'is too large to be compared' };
  }
}
