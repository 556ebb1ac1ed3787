import { lastAttemptOf, timeOfSeconds, type Alarm, type LastAttempt } from '../alarms/alarm.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { Tx } from '../database/transaction.ts';
import { raiseFailed } from '../deliveries/fail.ts';
import type { HealthChange } from '../webhooks/health/health-store.ts';
import { blockedKeyOf, type Settled } from './settle.ts';

/** Raises what recorded attempts give reason for, in the transaction that records them. */
export async function raiseAlarms(
  tx: Tx,
  alarms: Alarms,
  { settled, changes }: { settled: Settled[]; changes: HealthChange[] },
): Promise<void> {
  if (!alarms.isOn) return;
  await raiseFailed(tx, alarms, settled.flatMap(failedOf));
  await alarms.raise(
    tx,
    changes.flatMap((change) => alarmsOfChange(change, lastFailure(settled, change.webhookId))),
  );
}

function failedOf(settled: Settled): Parameters<typeof raiseFailed>[2] {
  const { delivery, verdict } = settled;
  const { id, webhook_id: webhookId, test } = delivery;
  if (verdict.kind !== 'failed') return [];
  return [{ id, webhookId, reason: verdict.reason, blockedKey: blockedKeyOf(settled), test }];
}

/**
 * What a change gives reason for, after `last`, which is left out where its delivery is gone. One
 * that fails again before it has recovered was told of.
 */
export function alarmsOfChange(change: HealthChange, last?: LastAttempt): Alarm[] {
  const { webhookId } = change;
  const last_attempt = last === undefined ? null : lastAttemptOf(last);
  switch (change.kind) {
    case 'failing': {
      if (change.again) return [];
      const { consecutive_failures, failures_since } = change.health;
      const since = { consecutive_failures, failures_since: timeOfSeconds(failures_since) };
      const data = { held: change.held, ...since, last_attempt };
      return [{ type: 'webhook.failing', webhookId, data }];
    }
    case 'recovered': {
      const data = { failing_since: timeOfSeconds(change.since) };
      return [{ type: 'webhook.recovered', webhookId, data }];
    }
    case 'deactivated':
    case 'gone': {
      const deactivated_reason = change.kind === 'gone' ? 'gone' : 'failing';
      const data = { deactivated_reason, last_attempt } as const;
      return [{ type: 'webhook.deactivated', webhookId, data }];
    }
    case 'paused':
    case 'recovering':
      return [];
  }
}

/** What a test came to changes nothing, as its client may have made it fail. */
function lastFailure(settled: Settled[], webhookId: string): LastAttempt | undefined {
  return settled.findLast(
    ({ row, delivery }) => row.webhook_id === webhookId && !row.success && !delivery.test,
  )?.row;
}
