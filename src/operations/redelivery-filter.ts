import { withNames } from '../database/named-parameters.ts';
import { BEFORE_ALL, type CreatedPlace } from '../deliveries/created-place.ts';
import type { FailedReason, Status } from '../deliveries/delivery.ts';
import { OF_VISIBLE_WEBHOOK } from '../webhooks/webhook-sql.ts';

/** Which deliveries are to be sent again: all that is given must hold. Named as in the API. */
export type RedeliveryFilter = {
  webhook_id?: string;
  event_id?: string;
  /** Without it and without `ids`, `failed`. */
  status?: Exclude<Status, 'pending'>;
  failed_reason?: FailedReason;
  'created_at.gte'?: string;
  'created_at.lt'?: string;
  ids?: string[];
};

/**
 * The operation for which it is asked: what it has made pending once does not belong to it again,
 * nor what ended, or was created, after it had begun.
 */
export type Snapshot = { operationId: string; startedAt: string };

/** What belongs to an operation that would begin now. */
export const NO_SNAPSHOT: Snapshot = {
  operationId: '00000000-0000-0000-0000-000000000000',
  startedAt: 'infinity',
};

/** What no index knows of a delivery: it is asked of each row that is looked at. */
const BELONGS = `not test and payload_removed_at is null
  and updated_at <= $started_at::timestamptz
  and redelivery_id is distinct from $operation_id::uuid
  and ($failed_reason::text is null or failed_reason = $failed_reason)
  and ${OF_VISIBLE_WEBHOOK}`;

const BETWEEN = `created_at >= $gte::timestamptz and created_at < $lt::timestamptz
  and created_at <= $started_at::timestamptz`;

/** The columns of `BELONGS`, and those that its users show. */
const LOOKED_AT = `id, webhook_id, test, payload_removed_at, created_at, updated_at, redelivery_id,
  failed_reason`;

/** Behind a place, in the order of an index that begins with the status. */
const OF_STATUS = `
  select ${LOOKED_AT} from deliveries
  where status = $status and (created_at, id) > ($after::timestamptz, $after_id::uuid)
    and ${BETWEEN}
  order by created_at, id`;

/** Behind a place, in the order of an index that begins with webhook and status. */
const OF_WEBHOOK = `
  select ${LOOKED_AT} from deliveries
  where webhook_id = $webhook_id and status = $status
    and (created_at, id) > ($after::timestamptz, $after_id::uuid) and ${BETWEEN}
  order by created_at, id`;

/** Behind a place, in the order of an index that begins with event and status. */
const OF_EVENT = `
  select ${LOOKED_AT} from deliveries
  where event_id = $event_id and status = $status
    and ($webhook_id::uuid is null or webhook_id = $webhook_id)
    and (created_at, id) > ($after::timestamptz, $after_id::uuid) and ${BETWEEN}
  order by created_at, id`;

const OF_IDS = `
  select ${LOOKED_AT} from deliveries
  where id = any ($ids::uuid[]) and status <> 'pending'
    and ($status::text is null or status = $status)
    and ($webhook_id::uuid is null or webhook_id = $webhook_id)
    and ($event_id::uuid is null or event_id = $event_id) and ${BETWEEN}`;

type Search = {
  filter: RedeliveryFilter;
  snapshot: Snapshot;
  after?: CreatedPlace;
  /** Most rows that are looked at. */
  look: number;
};

/**
 * A statement about the deliveries that a filter finds. In `sql`, $LOOKED is a query for the rows
 * that are looked at, in their order and `look` of them at most, and $BELONGS the condition for
 * those that are to be sent again. `look` is written into the text: with a parameter as its limit
 * PostgreSQL may prefer to sort the table.
 */
export function aboutMatching(
  sql: string,
  { filter, snapshot, after = BEFORE_ALL, look }: Search,
  values: Record<string, unknown> = {},
): [text: string, values: unknown[]] {
  const { webhook_id, event_id, ids, failed_reason } = filter;
  const looked = ids ? OF_IDS : `${walkOf(filter)} limit ${look}`;
  const whole = sql.replaceAll('$LOOKED', () => looked).replaceAll('$BELONGS', () => BELONGS);
  return withNames(whole, {
    webhook_id,
    event_id,
    ids,
    failed_reason,
    status: filter.status ?? (ids ? null : 'failed'),
    gte: filter['created_at.gte'] ?? '-infinity',
    lt: filter['created_at.lt'] ?? 'infinity',
    started_at: snapshot.startedAt,
    operation_id: snapshot.operationId,
    after: after.created_at,
    after_id: after.id,
    ...values,
  });
}

function walkOf({ webhook_id, event_id }: RedeliveryFilter): string {
  if (event_id !== undefined) return OF_EVENT;
  return webhook_id === undefined ? OF_STATUS : OF_WEBHOOK;
}
