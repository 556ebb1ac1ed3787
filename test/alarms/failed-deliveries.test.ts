import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tellFailures } from '../../src/upkeep/failures.ts';
import { WebhookAlarms } from '../../src/alarms/alarms.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { silentLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { expireIn } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { openOperators } from './operators.ts';

const ONE = { max_delivery_attempts: 1 };

suite('the alarm delivery.failed', () => {
  test('a delivery has had its attempts, one expired while it was held, one when it was claimed → all are told of', async (t) => {
    const { api, database, webhookId, until: told } = await openOperators(t);
    const { pool } = database;
    const endpoint = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const webhook = await api.createWebhook({ ...ONE, url: endpoint.url });
    const attempted = await api.createDelivery(webhook.id);
    await api.settled(attempted.id);

    await api.call('POST', `/webhooks/${webhook.id}/pause`, {});
    const held = await api.createDelivery(webhook.id);
    await expireIn(pool, -1);
    await api.settled(held.id);

    await pool.query('update webhooks set max_delivery_age = 1 where id = $1', [webhook.id]);
    const late = await api.createDelivery(webhook.id);
    await pool.query(
      `update deliveries set created_at = created_at - interval '1 hour' where id = $1`,
      [late.id],
    );
    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    await api.settled(late.id);

    await until('all are kept', async () => {
      const { rows } = await pool.query<{ n: number }>(
        'select sum(deliveries)::integer as n from alarm_failures',
      );
      return rows[0]?.n === 3;
    });
    // A minute is over for this one.
    const alarms = new WebhookAlarms({ webhookId, metrics: createMetrics(), log: silentLog });
    await tellFailures(pool, alarms);
    const [failed] = await told('delivery.failed');
    assert.deepEqual(failed?.data['reasons'], { attempts: 1, expired: 2 });
    assert.deepEqual(
      (failed.data['deliveries'] as { delivery_id: string }[]).map(
        ({ delivery_id }) => delivery_id,
      ),
      [attempted.id, held.id, late.id],
    );
  });
});
