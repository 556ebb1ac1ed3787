import type { Alarm } from '../alarms/alarm.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { Tx } from '../database/transaction.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Log } from '../telemetry/log.ts';
import { traceField } from '../telemetry/trace-context.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { FailedReason } from './delivery.ts';
import type { OrderingKey } from './order/ordering-key.ts';
import { BLOCKS } from './outcomes.ts';

/**
 * A delivery that failed without another attempt. `freedKey` is the ordering key that has no head
 * any more: it is to go on. `blockedKey` is the one whose head it stays, and which goes on no more.
 */
export type FailedDelivery = {
  id: string;
  webhookId: string;
  reason: FailedReason;
  freedKey: string | null;
  blockedKey: string | null;
  test: boolean;
  traceContext: string | null;
};

/**
 * Ends pending deliveries without another attempt; a job that one of them has ends in the same
 * transaction, or without a send when it comes due. With `held` only those end that are still held,
 * and not in the outbox. One that is erased blocks no ordering key, as it cannot be sent again.
 * @returns those that ended.
 */
export async function failDeliveries(
  tx: Tx,
  ids: string[],
  { reason, held = false }: { reason: FailedReason; held?: boolean },
): Promise<FailedDelivery[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<FailedDelivery>(
    `with locked as (
       select id, is_head as was_head from deliveries
       where id = any ($1::uuid[]) and status = 'pending'
         and (parked_at is not null and held_reason is distinct from 'outbox' or not $3)
       order by id for update
     )
     update deliveries
     set status = 'failed', failed_reason = $2, isolated_by = null, held_reason = null,
       parked_at = null, updated_at = now(), is_head = is_head and ${BLOCKS}
         and $2 <> 'erased'
     from locked, webhooks w
     where deliveries.id = locked.id and w.id = webhook_id
     returning deliveries.id, webhook_id as "webhookId", failed_reason as reason, test,
       trace_context as "traceContext",
       case when was_head and not is_head then ordering_key end as "freedKey",
       case when is_head then ordering_key end as "blockedKey"`,
    [ids, reason, held],
  );
  return rows;
}

/** The ordering keys that are to go on. */
export function freedKeys(failed: FailedDelivery[]): OrderingKey[] {
  return failed.flatMap(({ webhookId, freedKey: key }) =>
    key === null ? [] : [{ webhookId, key }],
  );
}

type Ended = Pick<FailedDelivery, 'id' | 'webhookId' | 'reason' | 'blockedKey' | 'test'>;

/**
 * Has operators told of deliveries that failed, and of keys that they block, in the transaction
 * that ended them. Tests are none of theirs, nor is what a client had erased.
 */
export async function raiseFailed(tx: Tx, alarms: Alarms, failed: Ended[]): Promise<void> {
  if (!alarms.isOn) return;
  alarms.keepFailures(
    tx,
    failed.filter(({ reason, test }) => reason !== 'erased' && !test),
  );
  await alarms.raise(tx, failed.flatMap(blockedAlarm));
}

function blockedAlarm({ id, webhookId, reason, blockedKey }: Ended): Alarm[] {
  if (blockedKey === null) return [];
  const data = { ordering_key: blockedKey, delivery_id: id, failed_reason: reason };
  return [{ type: 'ordering_key.blocked', webhookId, data }];
}

/** Logs that a delivery which has failed blocks its key. Keys may be personal: none is logged. */
export function tellBlocked(log: Log, { id, webhookId }: { id: string; webhookId: string }): void {
  log.warn('ordering_key.blocked', { webhook_id: webhookId, delivery_id: id });
}

export type TellParts = {
  log: Log;
  metrics: Pick<Metrics, 'failed'>;
  statistics?: Recorder;
  alarms?: Alarms;
};

/**
 * Logs and counts deliveries that failed without another attempt, after that was committed. Tests
 * are only logged.
 */
export function tellFailed(
  { log, metrics, statistics }: TellParts,
  failed: FailedDelivery[],
): void {
  for (const { id, webhookId, reason, test, blockedKey, traceContext } of failed) {
    log.info('delivery.failed', {
      webhook_id: webhookId,
      delivery_id: id,
      failed_reason: reason,
      ...traceField(traceContext),
      ...(test ? { test } : {}),
    });
    if (blockedKey !== null) tellBlocked(log, { id, webhookId });
    if (test) continue;
    metrics.failed.inc({ reason });
    statistics?.note(webhookId, 'failed');
  }
}
