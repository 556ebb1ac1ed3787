import { fillLongTexts, shortText, type Listed } from '../database/long-text.ts';
import { withNames } from '../database/named-parameters.ts';
import { IS_SHOWN, listingOf, onPage, pageValues, type Listing } from '../database/page.ts';
import type { Page } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import type { Metadata } from '../webhooks/metadata.ts';
import { OF_VISIBLE_WEBHOOK } from '../webhooks/webhook-sql.ts';
import { BEHIND_PAYLOAD } from './delivery-store.ts';
import {
  isQuietSql,
  STATUSES,
  type Delivery,
  type FailedReason,
  type ShownReason,
  type Status,
} from './delivery.ts';
import { payloadSql } from './payload.ts';
import { leadOf, newestTagged, type Lead } from './tagged.ts';

/** All that are given must hold. */
export type DeliveryFilter = {
  webhookId?: string | undefined;
  status?: Status | undefined;
  failedReason?: FailedReason | undefined;
  heldReason?: ShownReason | undefined;
  orderingKey?: string | undefined;
  eventId?: string | undefined;
  /** All of these pairs must be there. */
  metadata?: Metadata | undefined;
};

/** The newest first. @throws PageTooLarge */
export async function listDeliveries(
  db: Queryable,
  filter: DeliveryFilter,
  page: Page,
): Promise<Listing<Delivery>> {
  const statuses = statusesOf(filter);
  if (statuses.length === 0) return { items: [], last: undefined };
  const lead = await leadIn(db, filter);
  const newest = lead
    ? [newestTagged('deliveries', { columns: LISTED, conditions: conditionsOf(filter) }, page)]
    : statuses.map((status) => newestOf(status, filter, page));
  const { rows } = await db.query<Listed<Delivery, 'payload'>>(
    ...withNames(
      `select id, webhook_id,
         case when ${IS_SHOWN} then ${payloadSql('delivery', shortText)} end as payload,
         ${BEHIND_PAYLOAD}
       from (
         select * from (${newest.join(' union all ')}) as newest
         order by created_at desc, id desc
         limit $limit::bigint + 1 offset $offset
       ) as delivery
       order by created_at desc, id desc`,
      {
        ...{ ...valuesOf(filter), ...pageValues(page) },
        ...{ lead_name: lead?.[0], lead_value: lead?.[1] },
      },
    ),
  );
  const { items, last } = listingOf(rows, page, ({ created_at: at, id }) => ({ at, id }));
  return { items: await fillLongTexts<Delivery, 'payload'>(db, items, LONG_PAYLOADS), last };
}

const LONG_PAYLOADS = {
  columns: ['payload'],
  size: `select sum(${payloadSql('d', (text) => `octet_length(${text})`)})::float8 as bytes
    from deliveries d where id = any ($1::uuid[])`,
  texts: `select id, ${payloadSql('d')} as payload from deliveries d
    where id = any ($1::uuid[])`,
} as const;

/**
 * The statuses that the deliveries of a filter can have. None: it contradicts itself, as only what
 * failed has a `failed_reason`, and only what is pending a `held_reason`.
 */
export function statusesOf({ status, failedReason, heldReason }: DeliveryFilter): Status[] {
  return STATUSES.filter(
    (one) =>
      (status === undefined || one === status) &&
      (failedReason === undefined || one === 'failed') &&
      (heldReason === undefined || one === 'pending'),
  );
}

/** The pair of metadata to look for first, unless the rest of the filter leaves less. */
export async function leadIn(db: Queryable, filter: DeliveryFilter): Promise<Lead> {
  const { metadata, ...others } = filter;
  if (metadata === undefined) return undefined;
  const isWithin = Object.values(others).some((value) => value !== undefined);
  const list = { conditions: conditionsOf(others), values: valuesOf(others) };
  return leadOf(db, { of: 'deliveries', metadata }, isWithin ? list : undefined);
}

/** What a list needs of a row, before its payload is cut and its reason is told. */
const LISTED = `id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason,
  unbudgeted_attempts, redeliveries, ordering_key, sequence, failed_reason, send_at, expires_at,
  test, metadata, event_id, trace_context, payload_removed_at, created_at, updated_at`;

/**
 * The newest deliveries of a status, in the order of an index: of events, ordering keys, reasons or
 * statuses. A list is merged from these: two indexes less take 0.4 KB a delivery from the log of
 * the database, and a page costs 0.1 ms more. Each has a limit of its own, without which PostgreSQL
 * 15 read and sorted the table.
 */
function newestOf(status: Status, filter: DeliveryFilter, page: Page): string {
  return `(select ${LISTED} from deliveries
    where ${conditionsOf({ ...filter, status })} ${onPage(page)}
    order by created_at desc, id desc
    limit $reach::bigint)`;
}

function conditionsOf(filter: DeliveryFilter): string {
  return [OF_VISIBLE_WEBHOOK, ...matching(filter)].join(' and ');
}

/**
 * The conditions of a filter, as the partial indexes have them, with the values of `valuesOf`. The
 * indexes of reasons have no status: each reason has but one.
 */
export function matching(filter: DeliveryFilter): string[] {
  const { webhookId, status, failedReason, heldReason, orderingKey, eventId, metadata } = filter;
  const isStatusKnown =
    orderingKey === undefined &&
    eventId === undefined &&
    (failedReason !== undefined || heldReason !== undefined);
  return [
    ...(status === undefined || isStatusKnown ? [] : [`status = '${status}'`]),
    ...(webhookId === undefined ? [] : ['webhook_id = $webhook_id::uuid']),
    ...(orderingKey === undefined ? [] : ['ordering_key = $ordering_key::text']),
    ...(eventId === undefined ? [] : ['event_id = $event_id::uuid']),
    ...(failedReason === undefined ? [] : [`failed_reason = '${failedReason}'`]),
    ...(heldReason === undefined ? [] : [heldBecause(heldReason)]),
    ...(metadata === undefined ? [] : ['metadata @> $metadata::jsonb']),
  ];
}

export function valuesOf({ webhookId, orderingKey, eventId, metadata }: DeliveryFilter) {
  return { webhook_id: webhookId, ordering_key: orderingKey, event_id: eventId, metadata };
}

/**
 * That the API shows this reason. That none is shown beside `scheduled` is a `case`: in this form
 * nobody guesses how many rows it leaves.
 */
function heldBecause(reason: ShownReason): string {
  return reason === 'scheduled'
    ? `status = 'pending' and send_at > now()
       and case when ${isQuietSql('held_reason')} then true else false end`
    : `held_reason = '${reason}'`;
}
