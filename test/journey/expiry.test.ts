import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { startReceiver } from '../setup/receiver.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { jobCount, startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

suite('deliveries whose time runs out', { concurrency: true }, () => {
  test('expires_at in the past → accepted as pending, and failed without an attempt', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await create(webhook.id, '2026-01-01T00:00:00Z');
    assert.deepEqual(await endOf(id), ['failed', 'expired', 0]);
    assert.equal(receiver.received.length, 0);
    assert.equal(await jobCount(line, id), 0);
  });

  test('expires_at in an hour → delivered as any other', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await create(webhook.id, inSeconds(3600));
    assert.deepEqual(await endOf(id), ['succeeded', null, 1]);
  });

  test('the retry would come after expires_at → failed at once, with the attempt that was made', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const webhook = await api.createWebhook({ url: receiver.url, retry_schedule: [7200] });
    const { id } = await create(webhook.id, inSeconds(3600));
    assert.deepEqual(await endOf(id), ['failed', 'expired', 1]);
    assert.deepEqual(
      (await api.attempts(id)).map(({ response_status_code }) => response_status_code),
      [500],
    );
  });

  test('the retry would come after max_delivery_age → failed at once, with the attempt that was made', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const settings = { url: receiver.url, retry_schedule: [60], max_delivery_age: 60 };
    const webhook = await api.createWebhook(settings);
    const { id } = await api.createDelivery(webhook.id);
    assert.deepEqual(await endOf(id), ['failed', 'expired', 1]);
  });

  test('the attempts end before its time does → failed for its attempts', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const settings = { url: receiver.url, max_delivery_attempts: 1, max_delivery_age: 3600 };
    const webhook = await api.createWebhook(settings);
    const { id } = await create(webhook.id, inSeconds(3600));
    assert.deepEqual(await endOf(id), ['failed', 'attempts', 1]);
  });

  test('held by a paused webhook when it expires → failed while the pause goes on', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    await pause(webhook.id);
    const { id, held_reason } = await create(webhook.id, inSeconds(1));
    const other = await create(webhook.id, null);
    assert.equal(held_reason, 'endpoint_paused');
    assert.deepEqual(await endOf(id), ['failed', 'expired', 0]);
    assert.equal((await api.delivery(other.id)).held_reason, 'endpoint_paused');
    assert.equal(receiver.received.length, 0);
  });

  test('held by an inactive webhook until it is too old → failed while the webhook is inactive', async (t) => {
    const receiver = await startReceiver(t);
    const settings = { url: receiver.url, active: false, max_delivery_age: 1 };
    const webhook = await api.createWebhook(settings);
    const { id, held_reason } = await api.createDelivery(webhook.id);
    assert.equal(held_reason, 'webhook_inactive');
    assert.deepEqual(await endOf(id), ['failed', 'expired', 0]);
    assert.equal(receiver.received.length, 0);
  });
});

async function create(webhook_id: string, expires_at: string | null): Promise<Delivery> {
  const { status, body } = await api.call('POST', '/deliveries', { webhook_id, expires_at });
  assert.equal(status, 201);
  return body as Delivery;
}

/** As the database of this machine has the same clock, this is its time too. */
function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

/** Without an end, as if its owner had paused it. */
async function pause(webhookId: string): Promise<void> {
  await line.pool.query(
    `insert into webhook_states (webhook_id, paused_until) values ($1, 'infinity')`,
    [webhookId],
  );
}

async function endOf(id: string): Promise<unknown[]> {
  const { status, failed_reason, delivery_attempts } = await api.settled(id, 60_000);
  return [status, failed_reason, delivery_attempts];
}
