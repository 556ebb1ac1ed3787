import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alarm } from '../../src/alarms/alarm.ts';
import type { Alarms } from '../../src/alarms/alarms.ts';
import { raiseAlarms } from '../../src/attempts/raise-alarms.ts';
import type { Settled } from '../../src/attempts/settle.ts';
import type { Tx } from '../../src/database/transaction.ts';
import type { HealthChange } from '../../src/webhooks/health/health-store.ts';

test('a test fails in the batch in which a webhook is failing → the alarm tells of the other attempt', async () => {
  const raised: Alarm[] = [];
  const alarms: Alarms = {
    isOn: true,
    raise: async (_tx, some) => {
      raised.push(...some);
      return 'raised';
    },
    keepFailures() {},
  };
  const settled = [failed('a delivery', false), failed('a test', true)];
  const health = { consecutive_failures: 3, failures_since: 0 };
  const change = { kind: 'failing', webhookId: 'w', held: false, again: false, health };
  const changes = [change as HealthChange];
  await raiseAlarms(undefined as unknown as Tx, alarms, { settled, changes });
  assert.deepEqual(
    raised.map(({ type, data }) => [type, 'last_attempt' in data && data.last_attempt]),
    [
      [
        'webhook.failing',
        { delivery_id: 'a delivery', response_status_code: 500, error: 'a failure' },
      ],
    ],
  );
});

function failed(id: string, isTest: boolean): Settled {
  const row = { webhook_id: 'w', delivery_id: id, response_status_code: 500, success: false };
  const delivery = { id, webhook_id: 'w', test: isTest, ordering_key: null };
  const settled = { row: { ...row, error: 'a failure' }, delivery, verdict: { kind: 'retry' } };
  return settled as unknown as Settled;
}
