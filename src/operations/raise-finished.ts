import type { Alarms } from '../alarms/alarms.ts';
import type { Tx } from '../database/transaction.ts';
import type { Operation } from './operation.ts';

/**
 * Has operators told that an operation has ended, in the transaction that ends it. Nobody tells of
 * a fan-out that is done: each event that goes to many webhooks has one.
 */
export async function raiseFinished(
  tx: Tx,
  alarms: Alarms,
  { id, kind, state, matched, done, skipped, error }: Operation,
): Promise<void> {
  if (!alarms.isOn || (kind === 'fan_out' && state === 'done')) return;
  const { rows } = await tx.query<{ webhookId: string | null }>(
    `select case when cardinality(webhook_ids) = 1 then webhook_ids[1] end as "webhookId"
     from operations where id = $1`,
    [id],
  );
  const data = { operation_id: id, kind, state, matched, done, skipped, error };
  const webhookId = rows[0]?.webhookId ?? null;
  await alarms.raise(tx, [{ type: 'operation.finished', webhookId, data }]);
}
