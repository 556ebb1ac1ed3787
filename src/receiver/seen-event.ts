import type { IncomingHttpHeaders } from 'node:http';

/** What a request says of an event: its id, its type, or both. */
export type SeenEvent = { id?: string | undefined; type?: string | undefined };

/** Most characters of them that are of interest. */
const MAX_CHARACTERS = 200;

/**
 * The event that a request is about: by the headers or the body of a CloudEvent 1.0, or else by the
 * headers that Postmand sends with the signatures of Standard Webhooks. Undefined: by none.
 */
export function eventIn({
  headers,
  body,
}: {
  headers: IncomingHttpHeaders;
  body: Buffer;
}): SeenEvent | undefined {
  const isStructured = /^application\/cloudevents\+json/i.test(headers['content-type'] ?? '');
  const told = isStructured ? attributesOf(body) : {};
  const id = textOf(told['id'] ?? decoded(headers['ce-id']) ?? headers['webhook-id']);
  const type = textOf(told['type'] ?? decoded(headers['ce-type']) ?? headers['webhook-event-type']);
  return id === undefined && type === undefined ? undefined : { id, type };
}

function attributesOf(body: Buffer): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(body.toString());
    return typeof event === 'object' && event !== null ? { ...event } : {};
  } catch {
    return {};
  }
}

/** As section 3.1.3.2 of the HTTP binding says; what is not encoded well stays as it is. */
function decoded(value: string | string[] | undefined): unknown {
  if (typeof value !== 'string') return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** On one line. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.slice(0, MAX_CHARACTERS).replaceAll(/\s/g, ' ');
}
