import { withNames } from '../database/named-parameters.ts';
import { onPage, pageValues, type Page, type Place } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import { OF_VISIBLE_WEBHOOK } from '../webhooks/webhook-sql.ts';
import { IS_WEBHOOK_HIDDEN } from '../webhooks/webhook-store.ts';
import { leadIn, matching, statusesOf, valuesOf, type DeliveryFilter } from './delivery-list.ts';
import type { Status } from './delivery.ts';
import { belongingTagged, placesTagged } from './tagged.ts';

/** `at_least`: counting has stopped, and there may be more. */
export type DeliveryCount = { count: number; at_least: boolean };

/** What counting stops at: so many deliveries, or the end of a step after so long. */
export type CountBounds = { most: number; ms: number };

/** Rows of the first step. One that is quick makes the next one twice as long. */
const FIRST_STEP = 5000;
const LONGEST_STEP = 160_000;
const QUICK_MS = 20;

/**
 * Counts the deliveries of a filter, the newest first, in steps of so many rows that are looked at:
 * a step costs the same however few of them the filter matches. Where a filter is that of one index
 * each step reads only that index. What changes its status meanwhile may count twice or not at all.
 */
export async function countDeliveries(
  db: Queryable,
  { filter, createdAt }: { filter: DeliveryFilter; createdAt: Page['createdAt'] },
  { most, ms }: CountBounds,
): Promise<DeliveryCount> {
  const end = performance.now() + ms;
  let count = 0;
  let size = FIRST_STEP;
  for (const looked of await partsOf(db, filter)) {
    // What is small is counted to its end all the same, and no step is a long one any more.
    if (performance.now() > end) size = FIRST_STEP;
    let after: Place | undefined;
    do {
      const begin = performance.now();
      const page = { limit: size, offset: 0, createdAt, after };
      const step = await lookAt(db, looked, page);
      count += step.found;
      if (count > most) return { count: most, at_least: true };
      after = step.last;
      const now = performance.now();
      if (now > end && after !== undefined) return { count, at_least: true };
      if (now - begin < QUICK_MS) size = Math.min(2 * size, LONGEST_STEP);
    } while (after !== undefined);
  }
  return { count, at_least: false };
}

/**
 * Queries for the rows of a step in their order: `belongs`, which says whether one belongs to the
 * filter, and `created_at` and `id`, which are read from the index alone.
 */
type Looked = {
  rows: (page: Page) => string;
  places: (page: Page) => string;
  values: Record<string, unknown>;
};

/**
 * What is looked at, part by part: the entries of a pair of metadata, or one status after another.
 */
async function partsOf(db: Queryable, filter: DeliveryFilter): Promise<Looked[]> {
  const { rows } = await db.query<{ hidden: boolean }>(`select ${IS_WEBHOOK_HIDDEN} as hidden`);
  // Else an index alone does not tell.
  const visible = rows[0]?.hidden === true ? [OF_VISIBLE_WEBHOOK] : [];
  const lead = await leadIn(db, filter);
  if (lead === undefined)
    return statusesOf(filter).map((status) => listed(filter, splitOf(filter, status), visible));
  const conditions = [...visible, ...matching(filter)].join(' and ');
  return [
    {
      rows: (page) => belongingTagged('deliveries', conditions, page),
      places: (page) => placesTagged('deliveries', page),
      values: { ...valuesOf(filter), lead_name: lead[0], lead_value: lead[1] },
    },
  ];
}

function listed(filter: DeliveryFilter, { walked, rest }: Split, visible: string[]): Looked {
  const belongs = ['true', ...visible, ...matching(rest)].join(' and ');
  const of = (columns: string) => (page: Page) =>
    `
    select ${columns} from deliveries
    where ${matching(walked).join(' and ')} ${onPage(page)}
    order by created_at desc, id desc limit ${page.limit}`;
  return {
    rows: of(`${belongs} as belongs`),
    places: of('created_at, id'),
    values: valuesOf(filter),
  };
}

type Split = { walked: DeliveryFilter; rest: DeliveryFilter };

/**
 * What of a filter an index finds, and what has to be asked of each row. Keys and events have few
 * deliveries, as a rule, and reasons fewer than a status.
 */
function splitOf(
  { eventId, orderingKey, failedReason, heldReason, webhookId, metadata }: DeliveryFilter,
  status: Status,
): Split {
  if (eventId !== undefined)
    return {
      walked: { eventId, status },
      rest: { orderingKey, failedReason, heldReason, webhookId, metadata },
    };
  if (orderingKey !== undefined)
    return {
      walked: { orderingKey, webhookId, status },
      rest: { failedReason, heldReason, metadata },
    };
  if (failedReason !== undefined || heldReason !== undefined)
    return { walked: { failedReason, heldReason, webhookId }, rest: { metadata } };
  return { walked: { webhookId, status }, rest: { metadata } };
}

type Step = { found: number; last: Place | undefined };

/**
 * Looks at a step. `last` is where the next one goes on; undefined: there is none. It is found by
 * another walk along the index: to keep all places of the step took longer.
 */
async function lookAt(db: Queryable, looked: Looked, page: Page): Promise<Step> {
  const { rows } = await db.query<{ found: number; at: string | null; id: string | null }>(
    ...withNames(
      `select counted.found, last.created_at as at, last.id
       from (
         select (count(*) filter (where belongs))::integer as found
         from (${looked.rows(page)}) as looked
       ) as counted
       left join lateral (
         select created_at, id from (${looked.places(page)}) as looked
         offset ${page.limit - 1} limit 1
       ) as last on true`,
      { ...looked.values, ...pageValues(page) },
    ),
  );
  const { found = 0, at, id } = rows[0] ?? {};
  return { found, last: at && id ? { at, id } : undefined };
}
