import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';

test('a webhook with headers and auth → its requests carry them, the attempt shows their names, and a new value counts from the next one', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  await startWorkerHere(t, database);
  const receiver = await startReceiver(t);
  const webhook = await api.createWebhook({
    url: `${receiver.url}/post`,
    headers: { 'X-Tenant': 'secret-7', 'User-Agent': 'shop/7' },
    auth: { type: 'basic', username: 'a-user', password: 'secret-8' },
  });

  const { id } = await api.createDelivery(webhook.id);
  assert.equal((await api.settled(id)).status, 'succeeded');
  const { body } = await api.call('PUT', `/webhooks/${webhook.id}`, {
    ...webhook,
    headers: { 'X-Tenant': '***' },
    auth: { type: 'bearer', token: 'secret-9' },
  });
  assert.deepEqual(body.headers, { 'X-Tenant': '***' });
  await api.settled((await api.createDelivery(webhook.id)).id);

  assert.deepEqual(
    receiver.received.map(({ headers }) => [
      headers['x-tenant'],
      headers['user-agent'],
      headers.authorization,
    ]),
    [
      ['secret-7', 'shop/7', `Basic ${Buffer.from('a-user:secret-8').toString('base64')}`],
      ['secret-7', 'postmand', 'Bearer secret-9'],
    ],
  );
  const [attempt] = await api.attempts(id);
  assert.equal(
    attempt?.raw_request,
    [
      'POST /post HTTP/1.1',
      `Host: ${new URL(receiver.url).host}`,
      'Authorization: ***',
      'Content-Type: application/json',
      'User-Agent: ***',
      'X-Hub-Signature: 3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9',
      'X-Tenant: ***',
      '',
      '{"success": true}',
    ].join('\r\n'),
  );
});
