import type { ApiClient, Schemas } from '../../client/api.ts';
import { deliveryWords } from '../../client/explaining/states.ts';
import { ageMs, span } from '../../client/explaining/time-words.ts';
import { itemsOf, type PageQuery } from '../../client/pages.ts';
import { events } from './events.ts';
import { findWebhook, namesOf } from './find-webhook.ts';
import { spanQuery, type Span } from './filters.ts';
import { showList } from './listing.ts';
import { Output, type Showing } from './output.ts';
import type { Column } from './table.ts';
import { timeText } from './times.ts';

type Delivery = Schemas['Delivery'];

/** Which deliveries a command shows. `webhook` is an id or a name. */
type DeliveryFilter = Span & {
  webhook?: string;
  status?: Delivery['status'];
  failedReason?: NonNullable<Delivery['failed_reason']>;
  heldReason?: NonNullable<Delivery['held_reason']>;
  orderingKey?: string;
  event?: string;
  eventType?: string;
  metadata?: Record<string, string>;
};

export type ListDeliveries = Showing & DeliveryFilter & { limit: number };

/** Of a type no more events are looked at than so many, the newest ones. */
const EVENTS = 1000;
/** A table of this width has room for whole times. */
const WIDE = 120;

/** Who looks for something certain may look for what was never made. */
const IF_NONE =
  'Of an event none is made for a webhook that it does not match. `postmand events` finds it, and `postmand events show ID` says who does not get it, and why.';

/** `postmand deliveries`: a line for each, the newest first. */
export async function runListDeliveries(options: ListDeliveries, api: ApiClient): Promise<void> {
  const { limit, eventType, event, metadata } = options;
  const out = new Output(options);
  const query = await queryOf(api, options);
  const items =
    eventType === undefined
      ? deliveries(api, { ...query, ...spanQuery(options) }, limit + 1)
      : ofType(api, { ...options, eventType, query }, out);
  const columns = async (shown: readonly Delivery[]) => {
    const names = await namesOf(
      api,
      shown.map(({ webhook_id }) => webhook_id),
    );
    return deliveryColumns(out, names);
  };
  const total = () => api.get('/deliveries/count', { query: { ...query, ...spanQuery(options) } });
  await showList(
    {
      items,
      limit,
      nouns: 'deliveries',
      columns,
      ...(eventType === undefined ? { total } : {}),
      ...(event === undefined && metadata === undefined ? {} : { ifNone: IF_NONE }),
    },
    out,
  );
}

type Query = Awaited<ReturnType<typeof queryOf>>;

/** The filters as the API takes them. */
async function queryOf(api: ApiClient, filter: DeliveryFilter) {
  const { webhook, status, failedReason, heldReason, orderingKey, event, metadata } = filter;
  return {
    ...(webhook === undefined ? {} : { webhook_id: (await findWebhook(api, webhook)).id }),
    ...(status === undefined ? {} : { status }),
    ...(failedReason === undefined ? {} : { failed_reason: failedReason }),
    ...(heldReason === undefined ? {} : { held_reason: heldReason }),
    ...(orderingKey === undefined ? {} : { ordering_key: orderingKey }),
    ...(event === undefined ? {} : { event_id: event }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** The first `limit` deliveries that a filter finds, the newest first. */
export const deliveries = (
  api: ApiClient,
  filter: Query & ReturnType<typeof spanQuery>,
  limit?: number,
): AsyncGenerator<Delivery, void> =>
  itemsOf(async (page: PageQuery) => {
    const { deliveries, next_cursor } = await api.get('/deliveries', {
      query: { ...filter, ...page },
    });
    return { items: deliveries, next_cursor };
  }, limit);

type OfType = Span & { eventType: string; query: Query; limit: number };

/**
 * Those of the newest events of a type, event by event, one more than `limit`. The API has no such
 * filter. The times are those of the events.
 */
async function* ofType(
  api: ApiClient,
  { eventType, query, limit, ...span }: OfType,
  out: Output,
): AsyncGenerator<Delivery, void> {
  let left = limit + 1;
  let seen = 0;
  for await (const { id } of events(api, { type: eventType, ...spanQuery(span) }, EVENTS)) {
    seen += 1;
    for await (const delivery of deliveries(api, { ...query, event_id: id }, left)) {
      yield delivery;
      left -= 1;
    }
    if (left === 0) return;
  }
  if (seen === EVENTS)
    out.note(`Only the newest ${EVENTS} events of ${eventType} were looked at: --since, --until.`);
}

/** Deliveries in a table. `names` are those of their webhooks. */
export function deliveryColumns(
  { paint, width, zone }: Output,
  names: ReadonlyMap<string, string>,
): Column<Delivery>[] {
  const now = new Date();
  const created: Column<Delivery> =
    width < WIDE
      ? {
          name: 'AGE',
          of: ({ created_at }) => span(ageMs(created_at, now)).replace(/ \d+ \w+$/, ''),
        }
      : { name: 'CREATED', of: ({ created_at }) => timeText(created_at, zone) };
  return [
    { name: 'ID', of: ({ id }) => id },
    created,
    { name: 'WEBHOOK', of: ({ webhook_id }) => names.get(webhook_id) ?? webhook_id, may: 'shrink' },
    {
      name: 'STATE',
      of: (delivery) => deliveryWords(delivery, now),
      may: 'shrink',
      paint: (text, delivery) => paint(colourOf(delivery), text),
    },
    { name: 'ATTEMPTS', of: ({ delivery_attempts }) => String(delivery_attempts), align: 'right' },
  ];
}

function colourOf({ status, held_reason }: Delivery) {
  if (status === 'succeeded') return 'green';
  if (status === 'failed') return 'red';
  return held_reason === null ? 'blue' : 'yellow';
}
