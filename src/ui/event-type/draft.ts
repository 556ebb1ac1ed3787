import type { Schemas } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';

/** An event type as it is typed: what is JSON, as text. */
export type Draft = {
  name: string;
  description: string;
  schema: string;
  example: string;
  compatibility: string;
};

/** What is wrong with a field. `field` is undefined where it is with none of them. */
export type Fault = { field: keyof Draft | undefined; words: string };

class FieldFault extends Error {
  override readonly name = 'FieldFault';
  readonly field: keyof Draft;

  constructor(field: keyof Draft, message: string) {
    super(message);
    this.field = field;
  }
}

export const draftOf = (type: Schemas['EventType'] | undefined): Draft => ({
  name: type?.name ?? '',
  description: type?.description ?? '',
  schema: laidOut(type?.schema),
  example: laidOut(type?.example),
  compatibility: type?.compatibility ?? 'backward',
});

const laidOut = (value: unknown): string =>
  value === null || value === undefined ? '' : JSON.stringify(value, null, 2);

/**
 * What the API is given: all that differs from `before`. @throws FieldFault where what should be
 * JSON is none
 */
export function given(draft: Draft, before: Draft = draftOf(undefined)) {
  const { description, compatibility, schema, example } = draft;
  return {
    ...(description === before.description ? {} : { description }),
    ...(compatibility === before.compatibility
      ? {}
      : { compatibility: compatibility as 'backward' | 'none' }),
    ...(schema === before.schema
      ? {}
      : { schema: parsed('schema', schema) as Schemas['EventType']['schema'] }),
    ...(example === before.example ? {} : { example: parsed('example', example) }),
  };
}

function parsed(field: keyof Draft, text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FieldFault(field, `This is no JSON: ${(error as Error).message}`);
  }
}

const FIELD = /^(name|description|schema|example|compatibility)\b/;

/** Of which field an error tells. */
export function faultOf(error: unknown): Fault | undefined {
  if (error instanceof FieldFault) return { field: error.field, words: error.message };
  if (!(error instanceof ApiProblem)) return undefined;
  const [, field] = FIELD.exec(error.details ?? '') ?? [];
  return { field: field as keyof Draft | undefined, words: error.details ?? error.message };
}
