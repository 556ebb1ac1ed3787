import type { ErrorObject } from 'ajv';
import { below, type Fault } from './json-schema.ts';

/**
 * The fault that a validation found, in the words of the API. Nothing of the value is quoted: it
 * may be secret, and answers end in logs.
 */
export function misfitOf(errors: readonly ErrorObject[]): Fault {
  // Those before the last one say why single branches of an anyOf do not fit.
  const error = errors.at(-1);
  if (error === undefined) return { pointer: '', message: 'does not fit the schema' };
  const missing = memberOf(error);
  const pointer = missing === undefined ? error.instancePath : below(error.instancePath, missing);
  return { pointer: withinBounds(pointer), message: wordsOf(error) };
}

/** Most characters of a pointer. The names in it may be of any length. */
const MAX_POINTER = 500;

/** A pointer, or the place above it that fits. */
function withinBounds(pointer: string): string {
  if (pointer.length <= MAX_POINTER) return pointer;
  const cut = pointer.slice(0, MAX_POINTER);
  return cut.slice(0, cut.lastIndexOf('/')).toWellFormed();
}

/** The member that is missing, or that there should not be. */
function memberOf({ keyword, params }: ErrorObject): string | undefined {
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return String(params['missingProperty']);
    case 'additionalProperties':
      return String(params['additionalProperty']);
    case 'unevaluatedProperties':
      return String(params['unevaluatedProperty']);
    default:
      return undefined;
  }
}

function wordsOf({ keyword, params, message = 'does not fit' }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'dependentRequired':
      return `is required beside ${shown(params['property'])}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a known member';
    case 'type':
      return `must be ${[params['type']].flat().map(withArticle).join(' or ')}`;
    case 'enum':
      return `must be one of ${listed(params['allowedValues'] as unknown[])}`;
    case 'const':
      return `must be ${shown(params['allowedValue'])}`;
    case 'pattern':
      return `must match the pattern ${shown(params['pattern'])}`;
    case 'format':
      return `must have the format ${shown(params['format'])}`;
    case 'false schema':
      return 'must not be there';
    case 'anyOf':
      return 'must fit one of the schemas of anyOf';
    case 'oneOf':
      return 'must fit exactly one of the schemas of oneOf';
    case 'not':
      return 'must not fit the schema of not';
    case 'propertyNames':
      return `must not have the member ${shown(params['propertyName'])}`;
    default:
      return message.replace('must NOT', 'must not');
  }
}

function withArticle(type: unknown): string {
  if (type === 'null') return 'null';
  return /^[aio]/.test(String(type)) ? `an ${String(type)}` : `a ${String(type)}`;
}

const MAX_SHOWN = 60;
const MAX_LISTED = 100;

/** A value of the schema, shortened. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
}

function listed(values: unknown[]): string {
  const list = values.slice(0, MAX_LISTED).map(shown).join(', ');
  return list.length > MAX_LISTED || values.length > MAX_LISTED ? 'the values of its enum' : list;
}
