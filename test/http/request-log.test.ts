import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID } from './request.ts';

const log = keepingLog();
const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database, { log });

const SECRET = 'a-secret-token-of-ours';
const PAYLOAD = 'a payload of ours';
const webhook = await api.createWebhook({ secret_token: SECRET });
const delivery = await api.createDelivery(webhook.id, PAYLOAD);

type Call = [
  method: string,
  path: string,
  route: string | undefined,
  status: number,
  body?: unknown,
];

const CALLS: Call[] = [
  ['GET', '/webhooks?limit=7', '/v1/webhooks', 200],
  ['POST', '/webhooks', '/v1/webhooks', 201, { ...SETTINGS, secret_token: SECRET }],
  ['POST', '/webhooks', '/v1/webhooks', 400, { ...SETTINGS, secret_token: SECRET, name: 'x' }],
  ['GET', `/webhooks/${webhook.id}`, '/v1/webhooks/{webhook_id}', 200],
  [
    'PUT',
    `/webhooks/${webhook.id}`,
    '/v1/webhooks/{webhook_id}',
    200,
    { ...SETTINGS, secret_token: SECRET },
  ],
  [
    'PUT',
    `/webhooks/${UNKNOWN_ID}`,
    '/v1/webhooks/{webhook_id}',
    404,
    { ...SETTINGS, secret_token: SECRET },
  ],
  ['GET', '/webhooks/no-id', '/v1/webhooks/{webhook_id}', 404],
  ['DELETE', `/webhooks/${UNKNOWN_ID}`, '/v1/webhooks/{webhook_id}', 204],
  ['GET', `/deliveries?webhook_id=${webhook.id}`, '/v1/deliveries', 200],
  ['GET', `/deliveries?webhook_id=${webhook.id}&status=bogus`, '/v1/deliveries', 400],
  ['POST', '/deliveries', '/v1/deliveries', 201, { webhook_id: webhook.id, payload: PAYLOAD }],
  ['POST', '/deliveries', '/v1/deliveries', 404, { webhook_id: UNKNOWN_ID, payload: PAYLOAD }],
  ['POST', '/deliveries', '/v1/deliveries', 400, { webhook_id: 'no-id', payload: PAYLOAD }],
  ['GET', `/deliveries/${delivery.id}`, '/v1/deliveries/{delivery_id}', 200],
  ['DELETE', `/deliveries/${UNKNOWN_ID}`, '/v1/deliveries/{delivery_id}', 204],
  ['GET', '/delivery-attempts?success=true', '/v1/delivery-attempts', 200],
  ['GET', `/delivery-attempts/${UNKNOWN_ID}`, '/v1/delivery-attempts/{delivery_attempt_id}', 404],
  ['GET', `/nothing/${delivery.id}`, undefined, 404],
];

for (const [method, path, route, status, body] of CALLS) {
  const title = path.replace(/[0-9a-f-]{36}/, '{id}');
  test(`${method} ${title} with ${status} → one line with method, route, status, duration and request id`, async () => {
    const answer = await api.call(method, path, body);
    assert.equal(answer.status, status);
    const requestId = answer.headers.get('x-request-id');
    const [line, ...more] = await until('the line', () => {
      const lines = log.lines.filter(
        ({ event, fields }) => event === 'http.request' && fields['request_id'] === requestId,
      );
      return lines.length > 0 && lines;
    });
    assert.equal(more.length, 0);
    assert.equal(line?.level, 'info');
    const { duration_ms, ...rest } = line?.fields ?? {};
    assert.deepEqual(rest, { method, route, status, request_id: requestId });
    assert.ok(typeof duration_ms === 'number' && duration_ms > 0 && duration_ms < 10_000);
  });
}

test('a body that cannot be read → the line has its route too', async () => {
  const { headers, status } = await send('POST', `${api.url}/v1/webhooks`, {
    headers: { 'Content-Type': 'application/json' },
    body: '{',
  });
  assert.equal(status, 400);
  const line = await until('the line', () =>
    log.lines.find(({ fields }) => fields['request_id'] === headers['x-request-id']),
  );
  assert.equal(line.fields['route'], '/v1/webhooks');
});

test('a caller that goes away before its answer → a line that says so', async () => {
  const { hostname, port } = new URL(api.url);
  const head =
    'POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nX-Request-Id: went-away\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
  const socket = connect(Number(port), hostname, () =>
    socket.write(head, () => setImmediate(() => socket.destroy())),
  );
  const line = await until('the line', () =>
    log.lines.find(({ fields }) => fields['request_id'] === 'went-away'),
  );
  assert.equal(line.fields['aborted'], true);
});

test('all that was logged → no payload, no secret, no id, no value of a query', () => {
  const written = JSON.stringify(
    log.lines.map((line) => ({ ...line, fields: { ...line.fields, request_id: '' } })),
  );
  for (const leak of [
    SECRET,
    PAYLOAD,
    webhook.id,
    delivery.id,
    UNKNOWN_ID,
    'no-id',
    'bogus',
    'limit',
    SETTINGS.url,
  ]) {
    assert.ok(!written.includes(leak), `${leak} in ${written}`);
  }
});
