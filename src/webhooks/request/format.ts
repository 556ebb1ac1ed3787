/**
 * What the requests of a webhook look like. `raw`: the payload and nothing else. The others are the
 * two modes of CloudEvents 1.0 over HTTP: what is said of an event is in headers, or beside the
 * payload in one JSON object.
 */
export const FORMATS = ['raw', 'cloudevents_binary', 'cloudevents_structured'] as const;
export type Format = (typeof FORMATS)[number];

/**
 * Why a webhook may not have this format, behind the name of the field at fault. The names of its
 * headers are in it, their values are not.
 */
export function formatFault({ format, content_type, headers }: Formatted): string | undefined {
  if (format === 'raw') return undefined;
  const taken = Object.keys(headers).find((name) => /^ce-/i.test(name));
  if (taken !== undefined)
    return `headers.${taken}: cannot be set: names like it are for what CloudEvents say of an event, as format is ${format}`;
  // A receiver would take the payload for a whole event (HTTP binding 1.0.2, section 3).
  if (/^application\/cloudevents/i.test(content_type))
    return `content_type: must be that of the payload, as format is ${format}`;
  return undefined;
}

type Formatted = { format: Format; content_type: string; headers: Record<string, string> };
