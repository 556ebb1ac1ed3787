import type { Config } from '../config.ts';
import { PayloadCheck } from '../events/types/payload-check.ts';
import { SchemaThreads } from '../schemas/schema-threads.ts';

/** What reads the schemas of event types in a service, and holds payloads against them. */
type SchemaParts = { schemas: SchemaThreads; payloadCheck: PayloadCheck };

/** The thread is started when the first schema is read, and is to be closed in the end. */
export function openSchemas({ openEventTypes: isOpen }: Config): SchemaParts {
  const schemas = new SchemaThreads();
  return { schemas, payloadCheck: new PayloadCheck({ isOpen, schemas }) };
}
