import type { Tx } from '../database/transaction.ts';
import { lastAttemptOf, type LastAttempt } from './alarm.ts';

/** A delivery that has failed, by its id, and why. */
export type Failure = { id: string; webhookId: string; reason: string };

/** Of how many deliveries that failed an alarm has the ids. */
const SHOWN = 10;

/**
 * Keeps failures until they are gathered: a row for each webhook and reason, with the next
 * statement or the commit.
 */
export function keepFailures(tx: Tx, failures: Failure[]): void {
  tx.later(
    `insert into alarm_failures (webhook_id, failed_reason, deliveries, delivery_ids)
     select webhook_id, reason, count(*), (array_agg(id order by place))[:${SHOWN}]
     from unnest($1::uuid[], $2::text[], $3::uuid[]) with ordinality
       as failed (webhook_id, reason, id, place)
     group by webhook_id, reason`,
    [
      failures.map(({ webhookId }) => webhookId),
      failures.map(({ reason }) => reason),
      failures.map(({ id }) => id),
    ],
  );
}

/** What has failed of one webhook. `first` has the first few, with the reason of each. */
export type Gathered = {
  webhookId: string;
  count: number;
  reasons: Record<string, number>;
  firstFailedAt: string;
  lastFailedAt: string;
  first: { deliveryId: string; reason: string }[];
};

/** A number that no other lock has. */
const GATHER_LOCK = 7_036_873_088;

/**
 * Takes what has failed of up to `limit` webhooks; whoever takes it tells it in this transaction.
 * While another transaction takes some, there is nothing for this one.
 */
export async function takeFailures(tx: Tx, limit: number): Promise<Gathered[]> {
  const { rows } = await tx.query<KeptRow>(
    `with chosen as (
       select webhook_id from alarm_failures
       where (select pg_try_advisory_xact_lock(${GATHER_LOCK}))
       group by webhook_id order by webhook_id limit $1
     ), taken as (
       delete from alarm_failures using chosen
       where alarm_failures.webhook_id = chosen.webhook_id
       returning id, chosen.webhook_id, failed_reason, deliveries, delivery_ids, failed_at
     )
     select webhook_id as "webhookId", failed_reason as reason, deliveries,
       delivery_ids as ids, failed_at as "failedAt"
     from taken order by webhook_id, failed_at, id`,
    [limit],
  );
  return [...Map.groupBy(rows, ({ webhookId }) => webhookId)].map(([webhookId, kept]) =>
    gather(webhookId, kept),
  );
}

type KeptRow = {
  webhookId: string;
  reason: string;
  deliveries: number;
  ids: string[];
  failedAt: string;
};

/** `kept` is in the order of time, and has a row at least. */
function gather(webhookId: string, kept: KeptRow[]): Gathered {
  const reasons: Record<string, number> = {};
  for (const { reason, deliveries } of kept) reasons[reason] = (reasons[reason] ?? 0) + deliveries;
  const first = kept.flatMap(({ ids, reason }) =>
    ids.map((deliveryId) => ({ deliveryId, reason })),
  );
  return {
    webhookId,
    count: kept.reduce((sum, { deliveries }) => sum + deliveries, 0),
    reasons,
    firstFailedAt: kept[0]?.failedAt ?? '',
    lastFailedAt: kept.at(-1)?.failedAt ?? '',
    first: first.slice(0, SHOWN),
  };
}

/** The alarm that tells it. `attempts`: the last one of each delivery that had any. */
export function failuresAlarm(gathered: Gathered, attempts: LastAttempt[]) {
  const { webhookId, count, reasons, firstFailedAt, lastFailedAt, first } = gathered;
  const byDelivery = new Map(attempts.map((one) => [one.delivery_id, lastAttemptOf(one)]));
  const deliveries = first.map(({ deliveryId: delivery_id, reason: failed_reason }) => {
    const { response_status_code = null, error = null } = byDelivery.get(delivery_id) ?? {};
    return { delivery_id, failed_reason, response_status_code, error };
  });
  const times = { first_failed_at: firstFailedAt, last_failed_at: lastFailedAt };
  const data = { count, reasons, ...times, deliveries };
  return { type: 'delivery.failed', webhookId, data } as const;
}
