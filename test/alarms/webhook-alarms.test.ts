import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { openOperators } from './operators.ts';

const QUICK = { retry_min_backoff: 1, retry_max_backoff: 1, max_delivery_attempts: 100 };
const FAILING = { ...QUICK, failing_after: { attempts: 2, seconds: 0 } };

suite('alarms about a webhook', { concurrency: 3 }, () => {
  for (const on_failing of ['retry', 'hold'] as const) {
    test(`its endpoint fails, and answers again, with on_failing ${on_failing} → failing and recovered, once each`, async (t) => {
      const { api, until: told, ...operators } = await openOperators(t);
      const endpoint = await startReceiver(t, (_request, response) => {
        response.writeHead(503).end('down for now');
      });
      const { id } = await api.createWebhook({
        ...FAILING,
        name: 'Orders',
        url: endpoint.url,
        on_failing,
      });
      const delivery = await api.createDelivery(id);
      const [failing] = await told('webhook.failing');
      const { failures_since, ...data } = failing?.data ?? {};
      assert.ok(Date.parse(String(failures_since)) <= Date.parse(failing?.timestamp ?? ''));
      assert.deepEqual(data, {
        webhook_id: id,
        webhook_name: 'Orders',
        held: on_failing === 'hold',
        consecutive_failures: 2,
        last_attempt: { delivery_id: delivery.id, response_status_code: 503, error: '' },
      });
      // It fails, is probed, and fails again; nothing more is told of that.
      endpoint.answerWith((_request, response) => response.end());
      await api.settled(delivery.id, 60_000);
      const [recovered] = await told('webhook.recovered');
      assert.deepEqual(Object.keys(recovered?.data ?? {}), [
        'webhook_id',
        'webhook_name',
        'failing_since',
      ]);
      assert.equal(recovered?.data['webhook_id'], id);
      assert.deepEqual(
        operators.told().map(({ type }) => type),
        ['webhook.failing', 'webhook.recovered'],
      );
      assert.equal(operators.receiver.received[0]?.headers['content-type'], 'application/json');
    });
  }

  test('its endpoint says that it is gone → deactivated; a client deactivates one → nothing', async (t) => {
    const { api, until: told, ...operators } = await openOperators(t);
    const endpoint = await startReceiver(t, (_request, response) => response.writeHead(410).end());
    const other = await api.createWebhook({ url: endpoint.url });
    await api.call('PATCH', `/webhooks/${other.id}`, { active: false });
    const { id } = await api.createWebhook({ url: endpoint.url, on_gone: 'deactivate' });
    const delivery = await api.createDelivery(id);
    const [deactivated] = await told('webhook.deactivated');
    assert.deepEqual(deactivated?.data['deactivated_reason'], 'gone');
    assert.deepEqual(deactivated.data['last_attempt'], {
      delivery_id: delivery.id,
      response_status_code: 410,
      error: '',
    });
    assert.deepEqual(
      operators.told().map(({ data }) => data['webhook_id']),
      [id],
    );
  });

  test('nothing but failures for as long as its deactivate_after → deactivated, once', async (t) => {
    const { api, database, until: told, ...operators } = await openOperators(t);
    const endpoint = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const { id } = await api.createWebhook({ ...QUICK, url: endpoint.url, deactivate_after: 3600 });
    await database.pool.query(
      `insert into webhook_states (webhook_id, consecutive_failures, failures_since)
       values ($1, 20, now() - interval '1 day')`,
      [id],
    );
    for (let n = 0; n < 5; n += 1) await api.createDelivery(id);
    const [deactivated] = await told('webhook.deactivated');
    assert.deepEqual(deactivated?.data['deactivated_reason'], 'failing');
    await until('all are held', async () => {
      const { body } = await api.call('GET', `/deliveries?webhook_id=${id}`);
      return body.deliveries.every((one: { held_reason: unknown }) => one.held_reason);
    });
    await told('webhook.failing');
    assert.equal(operators.told().length, 2);
  });

  test('the alert webhook fails itself → its deliveries are retried, and there is no alarm about it', async (t) => {
    const { api, database, receiver, webhookId } = await openOperators(t);
    await api.call('PATCH', `/webhooks/${webhookId}`, {
      ...FAILING,
      max_delivery_attempts: 3,
    });
    receiver.answerWith((_request, response) => response.writeHead(500).end());
    const endpoint = await startReceiver(t, (_request, response) => response.writeHead(410).end());
    const { id } = await api.createWebhook({ url: endpoint.url, on_gone: 'deactivate' });
    await api.createDelivery(id);
    await receiver.count(3);
    await until('it is failing, and has nothing left to send', async () => {
      const { body: webhook } = await api.call('GET', `/webhooks/${webhookId}`);
      const { body } = await api.call('GET', `/deliveries?webhook_id=${webhookId}&status=failed`);
      return webhook.health.state === 'failing' && body.deliveries.length === 1;
    });
    const { rowCount } = await database.pool.query('select from deliveries where webhook_id = $1', [
      webhookId,
    ]);
    assert.equal(rowCount, 1);
  });
});
