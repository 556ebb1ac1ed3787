import { isDeepStrictEqual } from 'node:util';
import { Overloaded } from '../../database/shared-commit.ts';
import type { Fault, JsonSchema } from '../../schemas/json-schema.ts';
import type { SchemaThreads } from '../../schemas/schema-threads.ts';
import { schemaText } from '../../schemas/text.ts';
import {
  EventTypeRefused,
  SchemaIncompatible,
  type EventType,
  type EventTypeSettings,
} from './event-type.ts';

/** What a type is to be, as JSON. */
export type WantedType = Pick<EventType, 'description' | 'schema' | 'example' | 'compatibility'>;

/** What is stored of it, and whether its schema is another one than before. */
export type JudgedType = EventTypeSettings & { isNewSchema: boolean };

const TOO_SLOW = 'takes too long to read';

/**
 * Whether a type may be as it is wanted, after `before`. It asks the thread for schemas, so it is
 * to be called before any transaction.
 * @throws EventTypeRefused
 * @throws SchemaIncompatible
 * @throws Overloaded when this machine has no processor for it
 */
export async function judgeType(
  schemas: SchemaThreads,
  wanted: WantedType,
  before: WantedType | undefined,
): Promise<JudgedType> {
  const schema = textOf('schema', wanted.schema);
  const example = textOf('example', wanted.example);
  const isNewSchema = before === undefined || !isDeepStrictEqual(before.schema, wanted.schema);
  if (schema !== null && isNewSchema) await examine(schemas, schema);
  const isNewExample = isNewSchema || !isDeepStrictEqual(before.example, wanted.example);
  if (schema !== null && example !== null && isNewExample)
    await checkExample(schemas, schema, example);
  if (before !== undefined && isNewSchema && wanted.compatibility === 'backward')
    await compare(schemas, before.schema, wanted.schema);
  const { description, compatibility } = wanted;
  return { description, schema, example, compatibility, isNewSchema };
}

/** @throws EventTypeRefused */
function textOf(field: 'schema' | 'example', value: unknown): string | null {
  if (value === null) return null;
  const written = schemaText(value);
  if ('fault' in written) throw refusal(field, written.fault);
  return written.text;
}

async function examine(schemas: SchemaThreads, schema: string): Promise<void> {
  const examination = await schemas.examine(schema);
  if (examination.kind === 'starved') throw new Overloaded();
  if (examination.kind === 'unusable') throw refusal('schema', examination);
  if (examination.kind === 'too_slow') throw refusal('schema', { pointer: '', message: TOO_SLOW });
}

async function checkExample(schemas: SchemaThreads, schema: string, example: string) {
  const validation = await schemas.validate(schema, example);
  if (validation.kind === 'starved') throw new Overloaded();
  if (validation.kind === 'misfit') throw refusal('example', validation);
  if (validation.kind === 'too_slow') throw refusal('example', { pointer: '', message: TOO_SLOW });
}

/** Without a schema everything fits. @throws SchemaIncompatible */
async function compare(
  schemas: SchemaThreads,
  before: JsonSchema | null,
  after: JsonSchema | null,
): Promise<void> {
  const [one, other] = [before, after].map((schema) => JSON.stringify(schema ?? true));
  const comparison = await schemas.compare(one as string, other as string);
  if (comparison.kind === 'starved') throw new Overloaded();
  if (comparison.kind === 'incompatible')
    throw new SchemaIncompatible(comparison.pointer, named('schema', comparison));
  if (comparison.kind === 'too_slow') throw new SchemaIncompatible('', `schema: ${TOO_SLOW}`);
}

function refusal(field: 'schema' | 'example', fault: Fault): EventTypeRefused {
  return new EventTypeRefused(named(field, fault));
}

/** The field with the place in it, and what is wrong there. */
function named(field: string, { pointer, message }: Fault): string {
  return `${field}${pointer}: ${message}`;
}
