import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealth } from '../../src/http/health.ts';
import { listen } from '../../src/commands/ports.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { freshDatabase } from '../setup/database.ts';
import { FREE_PORT, keepingLog, silentLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID, type RawRequest } from './request.ts';

const log = keepingLog();
const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database, { log });
const health = await listen(
  createHealth({ pool: database.pool, metrics: createMetrics(), log: silentLog }),
  FREE_PORT,
);
wholeFile.after(() => health.stop(0));
const HEALTH = `http://127.0.0.1:${health.port}`;
const webhook = await api.createWebhook();
const JSON_TYPE = { 'Content-Type': 'application/json' };

const ANSWERS: [status: number, method: string, path: string, request?: RawRequest][] = [
  [200, 'GET', '/v1/webhooks'],
  [200, 'GET', `/v1/webhooks/${webhook.id}`],
  [
    201,
    'POST',
    '/v1/deliveries',
    { headers: JSON_TYPE, body: JSON.stringify({ webhook_id: webhook.id }) },
  ],
  [204, 'DELETE', `/v1/deliveries/${UNKNOWN_ID}`],
  [400, 'POST', '/v1/webhooks', { headers: JSON_TYPE, body: '{' }],
  [400, 'POST', '/v1/webhooks', { headers: JSON_TYPE, body: '{}' }],
  [400, 'GET', '/v1/webhooks?limit=x'],
  [400, 'GET', '/v1/webhooks?colour=blue'],
  [404, 'GET', '/v1/webhooks/abc'],
  [404, 'GET', `/v1/webhooks/${UNKNOWN_ID}`],
  [404, 'GET', '/'],
  [404, 'GET', '/v1'],
  [404, 'GET', '/v2/webhooks'],
  [404, 'GET', '/V1/webhooks'],
  [404, 'POST', '/nothing/here', { headers: JSON_TYPE, body: '{}' }],
  [404, 'GET', '/healthz'],
  [404, 'GET', '/swagger/nothing.js'],
  [404, 'GET', '/swagger/../package.json'],
  [405, 'POST', `/v1/webhooks/${webhook.id}`],
  [405, 'DELETE', '/v1/webhooks'],
  [405, 'OPTIONS', '/v1/webhooks'],
  [200, 'HEAD', '/v1/webhooks'],
  [404, 'HEAD', `/v1/webhooks/${UNKNOWN_ID}`],
  [413, 'POST', '/v1/webhooks', { headers: JSON_TYPE, body: ' '.repeat(1024 * 1024 + 1) }],
  [415, 'POST', '/v1/webhooks', { headers: { 'Content-Type': 'text/plain' }, body: '{}' }],
  [200, 'GET', '/openapi.yaml'],
  [200, 'GET', '/openapi.json'],
  [302, 'GET', '/swagger'],
  [200, 'GET', '/swagger/index.html'],
  [200, 'GET', '/swagger/init.js'],
  [200, 'GET', '/swagger/swagger-ui.css'],
];

const HEALTH_ANSWERS: typeof ANSWERS = [
  [200, 'GET', '/healthz'],
  [404, 'GET', '/'],
  [404, 'GET', '/v1/webhooks'],
  [405, 'POST', '/healthz', { headers: JSON_TYPE, body: '{}' }],
];

for (const [host, answers] of [
  [api.url, ANSWERS],
  [HEALTH, HEALTH_ANSWERS],
] as const) {
  for (const [status, method, path, request] of answers) {
    const title = path.replace(webhook.id, '{id}').replace(UNKNOWN_ID, '{unknown}');
    test(`${status} to ${method} ${title}${host === HEALTH ? ' on the health port' : ''} → the headers of every answer`, async () => {
      const answer = await send(method, `${host}${path}`, request);
      assert.equal(answer.status, status, answer.text);
      const { headers } = answer;
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['x-xss-protection'], '1; mode=block');
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
      assert.match(String(headers['x-request-id']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.equal(headers['x-powered-by'], undefined);
      if (status >= 400 && method !== 'HEAD') {
        assert.equal(headers['content-type'], 'application/json; charset=utf-8');
        assert.deepEqual(Object.keys(answer.json as object).slice(0, 2), ['code', 'message']);
      }
    });
  }
}

test('a method that a path does not have → 405 that names the methods that it has', async () => {
  for (const [path, allow] of [
    ['/v1/webhooks', ['GET', 'HEAD', 'POST']],
    [`/v1/webhooks/${webhook.id}`, ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT']],
    ['/v1/deliveries', ['GET', 'HEAD', 'POST']],
    [`/v1/deliveries/${UNKNOWN_ID}`, ['DELETE', 'GET', 'HEAD']],
    ['/v1/delivery-attempts', ['GET', 'HEAD']],
    [`/v1/delivery-attempts/${UNKNOWN_ID}`, ['GET', 'HEAD']],
  ] as const) {
    const { status, headers, json } = await send('TRACE', `${api.url}${path}`);
    assert.equal(status, 405, path);
    assert.deepEqual(String(headers.allow).split(', ').toSorted(), allow, path);
    assert.deepEqual(json, { code: 9, message: 'method not allowed' });
  }
});

for (const id of [
  'abc',
  'a.b:c-d_e',
  '0',
  'x'.repeat(128),
  '7f3b9a64-0c25-4e8d-b1a9-62d40f8e5c37',
]) {
  test(`an X-Request-Id like ${id.slice(0, 36)} → comes back, in the answer and in the log`, async () => {
    const { headers } = await send('GET', `${api.url}/v1/webhooks`, {
      headers: { 'X-Request-Id': id },
    });
    assert.equal(headers['x-request-id'], id);
    await until('the log has it', () =>
      log.lines.some(
        ({ event, fields }) => event === 'http.request' && fields['request_id'] === id,
      ),
    );
  });
}

for (const id of [
  '',
  ' ',
  'a b',
  'x'.repeat(129),
  '<script>',
  'a,b',
  '"quoted"',
  'a;b',
  'a/b',
  'é',
  '{"a":1}',
]) {
  test(`an X-Request-Id like ${JSON.stringify(id.slice(0, 20))} → replaced by a new one`, async () => {
    const { headers } = await send('GET', `${api.url}/v1/webhooks`, {
      headers: { 'X-Request-Id': id },
    });
    assert.match(String(headers['x-request-id']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
}

test('requests without an id → each gets a new id', async () => {
  const ids = await Promise.all(
    Array.from(
      { length: 10 },
      async () => (await send('GET', `${api.url}/v1/webhooks`)).headers['x-request-id'],
    ),
  );
  assert.equal(new Set(ids).size, 10);
});
