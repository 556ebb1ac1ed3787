import type { Ajv, FuncKeywordDefinition } from 'ajv';
import { canonical } from './canonical.ts';

type Validator = ReturnType<NonNullable<FuncKeywordDefinition['compile']>>;

/**
 * Gives a validator other functions for the keywords that compare values. Its own ones call
 * `valueOf` and `toString` of objects, which may be members of a payload; and they compare each
 * item of an array with each other one.
 */
export function compareByText(ajv: Ajv): void {
  for (const keyword of ['const', 'enum', 'uniqueItems']) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: 'const',
    compile: (allowedValue: unknown) =>
      isOneOf([allowedValue], { keyword: 'const', params: { allowedValue } }),
  });
  ajv.addKeyword({
    keyword: 'enum',
    schemaType: 'array',
    compile: (allowedValues: unknown[]) =>
      isOneOf(allowedValues, { keyword: 'enum', params: { allowedValues } }),
  });
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (isAsked: boolean) => (isAsked ? differ : () => true),
  });
}

function isOneOf(values: unknown[], error: { keyword: string; params: object }) {
  const texts = new Set(values.map(canonical));
  const validate: Validator = (value: unknown) => {
    const isIn = texts.has(canonical(value));
    if (!isIn) validate.errors = [error];
    return isIn;
  };
  return validate;
}

const differ: Validator = (items: unknown[]) => {
  const seen = new Set<string>();
  const again = items.findIndex((item) => {
    const text = canonical(item);
    return seen.size === seen.add(text).size;
  });
  if (again === -1) return true;
  const message = `must not have an item twice, as number ${again} is`;
  differ.errors = [{ keyword: 'uniqueItems', params: {}, message }];
  return false;
};
