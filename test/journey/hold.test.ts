import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { jobCount, makeDue, startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

suite('inactive webhooks', { concurrency: true }, () => {
  test('a delivery for an inactive webhook → held with the reason, not sent; reactivated → it arrives', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url, active: false });
    const other = await api.createWebhook({ url: receiver.url });
    const { id } = await api.createDelivery(webhook.id, 'held');
    const after = await api.createDelivery(other.id, 'sent');
    await api.settled(after.id);

    const held = await api.delivery(id);
    assert.deepEqual(
      [held.status, held.held_reason, held.delivery_attempts],
      ['pending', 'webhook_inactive', 0],
    );
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      ['sent'],
    );
    assert.equal(await jobCount(line, id), 0);

    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: true });
    const delivered = await api.settled(id, 15_000);
    assert.deepEqual([delivered.status, delivered.held_reason], ['succeeded', null]);
    assert.equal(receiver.received.length, 2);
    assert.deepEqual(line.errors(), []);
  });

  test('deliveries that wait because their endpoint fails → they arrive when they are no longer to be held', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url, on_failing: 'hold' });
    await line.pool.query(`insert into webhook_states (webhook_id, state) values ($1, 'failing')`, [
      webhook.id,
    ]);
    const { id } = await api.createDelivery(webhook.id, 'held');
    assert.equal((await api.delivery(id)).held_reason, 'endpoint_failing');
    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, on_failing: 'retry' });
    assert.equal((await api.settled(id, 15_000)).status, 'succeeded');
    assert.equal(receiver.received.length, 1);
  });

  test('deactivated while a retry waits → held when it is due, no request; reactivated → it goes on with the next attempt', async (t) => {
    const receiver = await startReceiver(t, (_request, response, number) =>
      response.writeHead(number === 1 ? 500 : 200).end(),
    );
    const webhook = await api.createWebhook({
      url: receiver.url,
      retry_min_backoff: 600,
      retry_max_backoff: 600,
    });
    const { id } = await api.createDelivery(webhook.id);
    await until('its retry waits', async () => (await api.attempts(id)).length === 1);
    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: false });
    await makeDue(line, id);
    await until(
      'it is held',
      async () => (await api.delivery(id)).held_reason === 'webhook_inactive',
    );
    assert.equal(receiver.received.length, 1);
    assert.equal(await jobCount(line, id), 0);

    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: true });
    const delivery = await api.settled(id, 15_000);
    assert.deepEqual(
      [delivery.status, delivery.delivery_attempts, receiver.received.length],
      ['succeeded', 2, 2],
    );
  });

  test('deactivated during a send → its outcome is recorded all the same', async (t) => {
    const receiver = await startReceiver(t, () => {});
    const webhook = await api.createWebhook({ url: receiver.url });
    receiver.answerWith((_request, response) => {
      void api
        .call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: false })
        .then(() => response.end());
    });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
  });

  test('switched on and off many times while deliveries come → every one arrives once it is on', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const ids = [];
    for (let i = 0; i < 20; i += 1) {
      await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: i % 2 === 0 });
      ids.push((await api.createDelivery(webhook.id, String(i))).id);
    }
    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: true });
    for (const id of ids) assert.equal((await api.settled(id)).status, 'succeeded');
    assert.deepEqual(
      receiver.received.map(({ body }) => Number(body)).sort((a, b) => a - b),
      [...ids.keys()],
    );
    assert.deepEqual(line.errors(), []);
  });
});
