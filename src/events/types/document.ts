import { setImmediate } from 'node:timers/promises';
import { withReferences } from '../../schemas/references.ts';
import type { EventType } from './event-type.ts';

/** Where the schemas are that the types of a document refer to. */
export const SCHEMAS = '#/components/schemas/';

/** The member that says which schemas may follow. Receivers need not know. */
export const COMPATIBILITY = 'x-postmand-compatibility';

/** An OpenAPI 3.1 document. */
export type EventTypesDocument = {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string; description: string }[];
  webhooks: Record<string, object>;
  components: { schemas: Record<string, object | boolean> };
};

/**
 * The types as OpenAPI 3.1 has webhooks, for receivers. `importEventTypes` makes the same types of
 * it.
 */
export async function documentOf(types: readonly EventType[]): Promise<EventTypesDocument> {
  // A type may have the name `__proto__`, which any other object takes for its own.
  const webhooks = Object.create(null) as Record<string, object>;
  const schemas = Object.create(null) as Record<string, object | boolean>;
  for (const type of types) {
    webhooks[type.name] = { post: operationOf(type) };
    const home = `${SCHEMAS}${type.name}`;
    if (type.schema !== null)
      schemas[type.name] = withReferences(type.schema, (reference) => home + reference.slice(1));
    // Others are served in between: there may be many, and large ones.
    await setImmediate();
  }
  const version =
    types
      .map(({ updated_at }) => updated_at)
      .toSorted()
      .at(-1) ?? '0';
  return {
    openapi: '3.1.0',
    info: { title: 'Events', version },
    // Linters ask for one.
    servers: [{ url: '/', description: 'The URL of the webhook.' }],
    webhooks,
    components: { schemas },
  };
}

function operationOf({ name, description, schema, example, compatibility }: EventType) {
  const content = {
    ...(schema === null ? {} : { schema: { $ref: `${SCHEMAS}${name}` } }),
    ...(example === null ? {} : { example }),
  };
  return {
    operationId: name,
    summary: name,
    ...(description === '' ? {} : { description }),
    ...(compatibility === 'backward' ? {} : { [COMPATIBILITY]: compatibility }),
    security: [],
    requestBody: { required: true, content: { 'application/json': content } },
    responses: { '200': { description: 'The event was received.' } },
  };
}
