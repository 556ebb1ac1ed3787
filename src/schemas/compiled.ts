import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { compareByText } from './equality.ts';
import { examine } from './examine.ts';
import type { Fault, JsonSchema } from './json-schema.ts';
import { misfitOf } from './misfit.ts';
import { keepingPatterns, type PatternOf } from './pattern.ts';

/** Whether JSON fits a schema; undefined: it does. */
export type Validate = (value: unknown) => Fault | undefined;

/** The formats that are checked. Any other one is a remark. */
const FORMATS = [
  'date-time',
  'date',
  'time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uri-reference',
  'uuid',
  'json-pointer',
] as const;

/** It keeps nothing of the schemas that it checks. */
const meta = new Ajv2020({ strict: false, validateFormats: false, logger: false });
const isWellFormed = meta.getSchema(
  'https://json-schema.org/draft/2020-12/schema',
) as ValidateFunction;

/**
 * A schema as a function, or why it is none that can be used. Each has a validator of its own, so
 * that nothing grows.
 */
export function compile(schema: JsonSchema): { validate: Validate } | { fault: Fault } {
  const patternOf = keepingPatterns();
  const fault = examine(schema, patternOf) ?? formFault(schema);
  if (fault !== undefined) return { fault };
  try {
    const validate = compiled(schema, patternOf);
    return {
      validate: (value) => (validate(value) ? undefined : misfitOf(validate.errors ?? [])),
    };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const message = `cannot be used: ${(error as Error).message.slice(0, 100)}`;
    return { fault: { pointer: '', message } };
  }
}

function formFault(schema: JsonSchema): Fault | undefined {
  if (isWellFormed(schema)) return undefined;
  const fault = misfitOf(isWellFormed.errors ?? []);
  return fault.pointer.endsWith('/type') ? { ...fault, message: TYPES } : fault;
}

const TYPES =
  'must be array, boolean, integer, null, number, object or string, or a list of some of them';

function compiled(schema: JsonSchema, patternOf: PatternOf): ValidateFunction {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: false,
    meta: false,
    validateSchema: false,
    // Each is compiled once, however many references lead to it.
    inlineRefs: false,
    // Members of the payload alone: `constructor` is not there unless it is in the JSON.
    ownProperties: true,
    // As JSON has decimal numbers: 0.3 is a multiple of 0.1.
    multipleOfPrecision: 9,
    logger: false,
    // It would take longer than all the rest, for a schema of 60 KiB half a second.
    code: { optimize: false, regExp: Object.assign(patternOf, { code: 'patternOf' }) },
  });
  compareByText(ajv);
  formats.default(ajv, { formats: [...FORMATS] });
  return ajv.compile(schema);
}
