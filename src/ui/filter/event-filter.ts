import { metadataOf } from './delivery-filter.ts';

/** What events are looked for by. */
export type EventFilter = {
  type?: string | undefined;
  'created_at.gte'?: string | undefined;
  'created_at.lt'?: string | undefined;
  metadata: Record<string, string>;
};

const TEXTS = ['type', 'created_at.gte', 'created_at.lt'] as const;

/** The filter of an address, which names it as the API does. */
export function eventFilterOf(query: URLSearchParams): EventFilter {
  const filter: EventFilter = { metadata: metadataOf(query) };
  for (const name of TEXTS) {
    const value = query.get(name)?.trim();
    if (value !== undefined && value !== '') filter[name] = value;
  }
  return filter;
}
