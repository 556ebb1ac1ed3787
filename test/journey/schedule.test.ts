import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { jobCount, startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

suite('deliveries that are to be sent later', { concurrency: true }, () => {
  test('a second ahead → scheduled, sent not before, and simply pending while it is retried', async (t) => {
    const receiver = await startReceiver(t, (_request, response, number) =>
      response.writeHead(number > 1 ? 200 : 500).end(),
    );
    const webhook = await api.createWebhook({ url: receiver.url, retry_schedule: [1] });
    const made = await create(webhook.id, 1);
    assert.equal(made.held_reason, 'scheduled');
    await until('the first attempt', async () => {
      const { delivery_attempts, held_reason } = await api.delivery(made.id);
      return delivery_attempts === 1 && held_reason === null;
    });
    const [first] = await api.attempts(made.id);
    assert.ok((first?.created_at ?? '') >= (made.send_at ?? ''));
    assert.equal((await api.settled(made.id)).status, 'succeeded');
  });

  test('deleted before its time, also while its key waits for it → never sent, and the next one is', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const doomed = await create(webhook.id, 1, { ordering_key: 'k', payload: 'doomed' });
    const next = await create(webhook.id, 1, { ordering_key: 'k', payload: 'next' });
    assert.deepEqual([doomed.held_reason, next.held_reason], ['scheduled', 'ordered']);
    assert.equal((await api.call('DELETE', `/deliveries/${doomed.id}`)).status, 204);
    assert.equal((await api.settled(next.id)).status, 'succeeded');
    await until('its job is over', async () => (await jobCount(line, doomed.id)) === 0);
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      ['next'],
    );
  });
});

/** As the database of this machine has the same clock, this is its time too. */
async function create(webhook_id: string, seconds: number, more: object = {}): Promise<Delivery> {
  const send_at = new Date(Date.now() + seconds * 1000).toISOString();
  const { status, body } = await api.call('POST', '/deliveries', { webhook_id, send_at, ...more });
  assert.equal(status, 201);
  return body as Delivery;
}
