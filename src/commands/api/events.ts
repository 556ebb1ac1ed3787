import type { ApiClient, Schemas } from '../../client/api.ts';
import { itemsOf, type PageQuery } from '../../client/pages.ts';
import { spanQuery, type Span } from './filters.ts';
import { showList } from './listing.ts';
import { Output, type Showing } from './output.ts';
import { timeText } from './times.ts';

type Event = Schemas['Event'];

export type ListEvents = Showing &
  Span & { limit: number; type?: string; metadata?: Record<string, string> };

/** `postmand events`: a line for each, the newest first. */
export async function runListEvents(options: ListEvents, api: ApiClient): Promise<void> {
  const { limit, type, metadata } = options;
  const out = new Output(options);
  const query = {
    ...(type === undefined ? {} : { type }),
    ...(metadata === undefined ? {} : { metadata }),
    ...spanQuery(options),
  };
  const items = events(api, query, limit + 1);
  await showList({ items, limit, nouns: 'events', columns: () => eventColumns(out) }, out);
}

type Query = { type?: string; metadata?: Record<string, string> } & ReturnType<typeof spanQuery>;

/** The first `limit` events that a filter finds, the newest first. */
export const events = (
  api: ApiClient,
  filter: Query,
  limit?: number,
): AsyncGenerator<Event, void> =>
  itemsOf(async (page: PageQuery) => {
    const { events, next_cursor } = await api.get('/events', { query: { ...filter, ...page } });
    return { items: events, next_cursor };
  }, limit);

const eventColumns = ({ zone, paint }: Output) => [
  { name: 'ID', of: ({ id }: Event) => id },
  { name: 'CREATED', of: ({ created_at }: Event) => timeText(created_at, zone) },
  { name: 'TYPE', of: ({ type }: Event) => type, may: 'shrink' as const },
  {
    name: 'WEBHOOKS',
    of: webhooksText,
    align: 'right' as const,
    paint: (text: string, { fault }: Event) => (fault === null ? text : paint('red', text)),
  },
];

/** How many webhooks get it. */
function webhooksText({ deliveries, fault }: Event): string {
  if (fault !== null) return 'faulty';
  return deliveries === null ? '…' : String(deliveries);
}
