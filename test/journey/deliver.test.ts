import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';

test('a delivery → one signed POST with exactly the payload, and the attempt is recorded as it happened', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  await startWorkerHere(t, database);
  const receiver = await startReceiver(t);
  const webhook = await api.createWebhook({ url: `${receiver.url}/post` });

  const { id } = await api.createDelivery(webhook.id, '{"success": true}');
  const delivery = await api.settled(id);

  assert.equal(delivery.status, 'succeeded');
  assert.equal(delivery.delivery_attempts, 1);
  assert.equal(receiver.received.length, 1);
  const [request] = receiver.received;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.body, '{"success": true}');
  assert.equal(request?.headers['content-type'], 'application/json');
  assert.equal(
    request?.headers['x-hub-signature'],
    '3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9',
  );
  const [attempt] = await api.attempts(id);
  assert.equal(
    attempt?.raw_request,
    [
      'POST /post HTTP/1.1',
      `Host: ${new URL(receiver.url).host}`,
      'Content-Type: application/json',
      'X-Hub-Signature: 3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9',
      '',
      '{"success": true}',
    ].join('\r\n'),
  );
  assert.match(
    attempt?.raw_response ?? '',
    /^HTTP\/1\.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\nDate: .*\r\n\r\nok$/s,
  );
  assert.equal(attempt?.response_status_code, 200);
  assert.equal(attempt?.success, true);
  assert.equal(attempt?.error, '');
});
