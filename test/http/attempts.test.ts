import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../../src/attempts/attempt.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
await startWorkerHere(wholeFile, database);

test('a delivery that failed and then succeeded → its attempts, each readable alone and in the lists', async (t) => {
  const receiver = await startReceiver(t, (_request, response, number) => {
    response.statusCode = number === 1 ? 503 : 200;
    response.end(number === 1 ? 'not now' : 'thanks');
  });
  const webhook = await api.createWebhook({ url: receiver.url });
  const { id } = await api.createDelivery(webhook.id, 'to be sent twice');
  assert.equal((await api.settled(id)).delivery_attempts, 2);

  const [first, second] = await api.attempts(id);
  assert.deepEqual([first?.response_status_code, first?.success, first?.error], [503, false, '']);
  assert.deepEqual([second?.response_status_code, second?.success, second?.error], [200, true, '']);
  assert.match(first?.raw_response ?? '', /not now$/);
  assert.ok(first !== undefined && second !== undefined && first.created_at < second.created_at);
  for (const attempt of [first, second]) {
    assert.deepEqual([attempt.webhook_id, attempt.delivery_id], [webhook.id, id]);
    assert.match(attempt.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const { status, body } = await api.call('GET', `/delivery-attempts/${attempt.id}`);
    assert.deepEqual([status, body], [200, attempt]);
  }
  const failed = await api.call('GET', `/delivery-attempts?delivery_id=${id}&success=false`);
  assert.deepEqual((failed.body as { delivery_attempts: Attempt[] }).delivery_attempts, [first]);
});

test('an attempt without an answer → code 0, an empty response and the reason', async () => {
  const webhook = await api.createWebhook({ url: 'http://127.0.0.1:1/', max_delivery_attempts: 1 });
  const { id } = await api.createDelivery(webhook.id);
  assert.equal((await api.settled(id)).status, 'failed');
  const [attempt] = await api.attempts(id);
  assert.deepEqual(
    [attempt?.response_status_code, attempt?.raw_response, attempt?.success],
    [0, '', false],
  );
  assert.match(attempt?.error ?? '', /ECONNREFUSED|refused/);
  assert.match(attempt?.raw_request ?? '', /^POST \/ HTTP\/1\.1\r\nHost: 127\.0\.0\.1:1\r\n/);
});

test('an unknown id → 404 with code 7', async () => {
  const { status, body } = await api.call('GET', `/delivery-attempts/${UNKNOWN_ID}`);
  assert.equal(status, 404);
  assert.deepEqual(body, { code: 7, message: 'delivery attempt not found' });
});

test('attempts cannot be made, changed or deleted by a client → 405 that names what can be done', async () => {
  for (const [method, path] of [
    ['POST', '/delivery-attempts'],
    ['PUT', `/delivery-attempts/${UNKNOWN_ID}`],
    ['DELETE', `/delivery-attempts/${UNKNOWN_ID}`],
  ] as const) {
    const { status, headers } = await api.call(method, path);
    assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD'], method);
  }
});
