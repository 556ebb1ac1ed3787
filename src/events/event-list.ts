import { fillLongTexts, shortText, type Listed } from '../database/long-text.ts';
import { withNames } from '../database/named-parameters.ts';
import {
  IS_SHOWN,
  listingOf,
  onPage,
  pageValues,
  type Listing,
  type Page,
} from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import { leadOf, newestTagged, type Lead } from '../deliveries/tagged.ts';
import type { Metadata } from '../webhooks/metadata.ts';
import { BEHIND_PAYLOAD } from './event-store.ts';
import type { Event } from './event.ts';

/** All that are given must hold. */
export type EventFilter = {
  type?: string | undefined;
  /** All of these pairs must be there. */
  metadata?: Metadata | undefined;
};

/** The newest first. @throws PageTooLarge */
export async function listEvents(
  db: Queryable,
  filter: EventFilter,
  page: Page,
): Promise<Listing<Event>> {
  const lead = await leadIn(db, filter);
  const conditions = conditionsOf(filter);
  const newest = lead
    ? newestTagged('events', { columns: 'events.*', conditions }, page)
    : `(select * from events where ${conditions} ${onPage(page)}
        order by created_at desc, id desc limit $reach::bigint)`;
  const { rows } = await db.query<Listed<Event, 'payload'>>(
    ...withNames(
      `select id, type,
         case when ${IS_SHOWN} then ${shortText('payload')} end as payload, ${BEHIND_PAYLOAD}
       from (
         select * from ${newest} as newest
         order by created_at desc, id desc
         limit $limit::bigint + 1 offset $offset
       ) as event
       order by created_at desc, id desc`,
      {
        ...{ ...filter, ...pageValues(page) },
        ...{ lead_name: lead?.[0], lead_value: lead?.[1] },
      },
    ),
  );
  const { items, last } = listingOf(rows, page, ({ created_at: at, id }) => ({ at, id }));
  return { items: await fillLongTexts<Event, 'payload'>(db, items, LONG_PAYLOADS), last };
}

const LONG_PAYLOADS = {
  columns: ['payload'],
  size: `select sum(octet_length(payload))::float8 as bytes
    from events where id = any ($1::uuid[])`,
  texts: 'select id, payload from events where id = any ($1::uuid[])',
} as const;

/** The pair of metadata to look for first, unless there are fewer events of the type. */
async function leadIn(db: Queryable, { type, metadata }: EventFilter): Promise<Lead> {
  if (metadata === undefined) return undefined;
  const list = type === undefined ? undefined : { conditions: OF_TYPE, values: { type } };
  return leadOf(db, { of: 'events', metadata }, list);
}

const OF_TYPE = 'type = $type::text';

function conditionsOf({ type, metadata }: EventFilter): string {
  return [
    'true',
    ...(type === undefined ? [] : [OF_TYPE]),
    ...(metadata === undefined ? [] : ['metadata @> $metadata::jsonb']),
  ].join(' and ');
}
