import { fillLongTexts, shortText, type Listed } from '../database/long-text.ts';
import { withNames } from '../database/named-parameters.ts';
import { listingOf, onPage, pageValues, type Listing, type Page } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { Metadata } from '../webhooks/metadata.ts';
import { OF_VISIBLE_WEBHOOK } from '../webhooks/webhook-sql.ts';
import { SHOWN_REASON, STATUSES, type Delivery, type Status } from './delivery.ts';
import type { OrderingKey } from './order/ordering-key.ts';
import { leadOf, newestTagged } from './tagged.ts';

/** A sequence stays far below 2^53, up to where a number is exact. */
const SHOWN_ORDER = 'ordering_key, sequence::float8 as sequence';

/** What the API shows of a delivery behind its payload. */
const BEHIND_PAYLOAD = `scheduled_at, delivery_attempts,
  delivery_attempts - unbudgeted_attempts as budget_used, redeliveries, status,
  ${SHOWN_REASON} as held_reason, ${SHOWN_ORDER}, failed_reason, send_at,
  expires_at, test, coalesce(metadata, '{}') as metadata, payload_removed_at,
  created_at, updated_at`;

/** What the API shows of a delivery. */
const COLUMNS = `id, webhook_id, payload, ${BEHIND_PAYLOAD}`;

/** The same of one that was just stored. Its payload is known, and need not be sent back. */
export const STORED_COLUMNS = `id, webhook_id, ${BEHIND_PAYLOAD}, parked_at is not null as "isHeld"`;

/** A delivery with the API's order of fields. */
export function withPayload(
  { id, webhook_id, ...rest }: Omit<Delivery, 'payload'>,
  payload: string,
): Delivery {
  return { id, webhook_id, payload, ...rest };
}

export async function findDelivery(db: Queryable, id: string): Promise<Delivery | undefined> {
  const { rows } = await db.query<Delivery>(
    `select ${COLUMNS} from deliveries where id = $1 and ${OF_VISIBLE_WEBHOOK}`,
    [id],
  );
  return rows[0];
}

/**
 * Those of some deliveries that there are, as they stand now, for whoever knows their payloads.
 */
export async function findWithoutPayloads(
  db: Queryable,
  ids: string[],
): Promise<Map<string, Omit<Delivery, 'payload'>>> {
  const { rows } = await db.query<Omit<Delivery, 'payload'>>(
    `select id, webhook_id, ${BEHIND_PAYLOAD} from deliveries
     where id = any ($1::uuid[]) and ${OF_VISIBLE_WEBHOOK}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether one of these deliveries is there, of a webhook that is not being removed. */
export async function hasAny(db: Queryable, ids: string[]): Promise<boolean> {
  const { rows } = await db.query(
    `select from deliveries where id = any ($1::uuid[]) and ${OF_VISIBLE_WEBHOOK} limit 1`,
    [ids],
  );
  return rows.length > 0;
}

export type DeliveryFilter = {
  webhookId?: string | undefined;
  status?: Status | undefined;
  /** All of these pairs must be there. */
  metadata?: Metadata | undefined;
};

const LONG_PAYLOADS = {
  columns: ['payload'],
  size: `select sum(octet_length(payload))::float8 as bytes
    from deliveries where id = any ($1::uuid[])`,
  texts: 'select id, payload from deliveries where id = any ($1::uuid[])',
} as const;

/**
 * The newest deliveries of a status, in the order of its index. The list of all is merged from
 * these: two indexes less take 0.4 KB a delivery from the log of the database, and a page costs
 * 0.1 ms more. Each has a limit of its own, without which PostgreSQL 15 read and sorted the table.
 */
function newestOf(status: Status, filter: DeliveryFilter, page: Page): string {
  return `(select ${LISTED} from deliveries
    where status = '${status}' and ${conditionsOf(filter)} ${onPage(page)}
    order by created_at desc, id desc
    limit $reach::bigint)`;
}

/** What a list needs of a row, before its payload is cut and its reason is told. */
const LISTED = `id, webhook_id, payload, scheduled_at, delivery_attempts, status, held_reason,
  unbudgeted_attempts, redeliveries, ordering_key, sequence, failed_reason, send_at, expires_at,
  test, metadata, payload_removed_at, created_at, updated_at`;

function conditionsOf({ webhookId, metadata }: DeliveryFilter): string {
  return [
    OF_VISIBLE_WEBHOOK,
    ...(webhookId === undefined ? [] : ['webhook_id = $webhook_id::uuid']),
    ...(metadata === undefined ? [] : ['metadata @> $metadata::jsonb']),
  ].join(' and ');
}

const ofStatus = (filter: DeliveryFilter) =>
  `${conditionsOf(filter)} ${filter.status === undefined ? '' : 'and status = $status::text'}`;

/** The newest first. @throws PageTooLarge */
export async function listDeliveries(
  db: Queryable,
  filter: DeliveryFilter,
  page: Page,
): Promise<Listing<Delivery>> {
  const statuses = filter.status === undefined ? STATUSES : [filter.status];
  const lead = filter.metadata && (await leadOf(db, { ...filter, metadata: filter.metadata }));
  const newest = lead
    ? [newestTagged(LISTED, ofStatus(filter), page)]
    : statuses.map((status) => newestOf(status, filter, page));
  const { rows } = await db.query<Listed<Delivery, 'payload'>>(
    ...withNames(
      `select id, webhook_id, ${shortText('payload')} as payload, ${BEHIND_PAYLOAD}
       from (${newest.join(' union all ')}) as delivery
       order by created_at desc, id desc
       limit $limit::bigint + 1 offset $offset`,
      {
        ...pageValues(page),
        webhook_id: filter.webhookId,
        status: filter.status,
        metadata: filter.metadata,
        lead_name: lead?.[0],
        lead_value: lead?.[1],
      },
    ),
  );
  const { items, last } = listingOf(rows, page, ({ created_at: at, id }) => ({ at, id }));
  return { items: await fillLongTexts<Delivery, 'payload'>(db, items, LONG_PAYLOADS), last };
}

/**
 * Removes deliveries and their attempts. A job that one of them has ends without a send when it
 * comes due. @returns the ordering keys that have lost their head: they are to go on.
 */
export async function deleteDeliveries(tx: Tx, ids: string[]): Promise<OrderingKey[]> {
  const { rows } = await tx.query<OrderingKey & { is_head: boolean }>(
    `delete from deliveries where id = any ($1::uuid[])
     returning webhook_id as "webhookId", ordering_key as key, is_head`,
    [ids],
  );
  return rows.flatMap(({ webhookId, key, is_head }) => (is_head ? [{ webhookId, key }] : []));
}

/**
 * Removes up to `limit` deliveries of a webhook, the newest of a status first, passing over those
 * that somebody holds. @returns how many.
 */
export async function deleteDeliveriesOf(
  tx: Tx,
  webhookId: string,
  limit: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from deliveries
     where id in (
       select id from deliveries where webhook_id = $1
       order by status desc, created_at desc, id desc limit $2 for update skip locked
     )`,
    [webhookId, limit],
  );
  return rowCount ?? 0;
}
