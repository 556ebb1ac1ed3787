import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { createHealth } from '../../src/http/health.ts';
import { readSpec } from '../../src/http/spec.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { listen } from '../../src/commands/ports.ts';
import { freshDatabase } from '../setup/database.ts';
import { FREE_PORT, keepingLog } from '../setup/parts.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { answersIn, rawClient } from './raw-client.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

const KEY = 'the-only-key-0123456789';

const database = await freshDatabase(wholeFile);
const log = keepingLog();
const api = await startApi(wholeFile, database, { log });
const locked = await startApi(wholeFile, database, {
  log,
  apiKeyDigests: [createHash('sha256').update(KEY).digest('hex')],
});
const health = await listen(
  createHealth({ pool: database.pool, metrics: createMetrics(), log }),
  FREE_PORT,
);
wholeFile.after(() => health.stop(0));
const HEALTH = `http://127.0.0.1:${health.port}`;
const [webhookId = ''] = await addWebhookRows(database.pool, [{}]);
const [deliveryId = ''] = await addDeliveryRows(database.pool, [
  { webhookId, status: 'succeeded' },
]);
const [attemptId = ''] = await addAttemptRows(database.pool, [{ webhookId, deliveryId }]);
const eventId = randomUUID();
await database.pool.query(`insert into events (id, type, payload) values ($1, 'a', '')`, [eventId]);
await database.pool.query("insert into event_types (name) values ('order.paid')");
const ids: Record<string, string> = {
  webhook_id: webhookId,
  delivery_id: deliveryId,
  delivery_attempt_id: attemptId,
  event_id: eventId,
  event_type: 'order.paid',
  id: eventId,
};

/** Every path that openapi.yaml gives a GET, with ids that are there. */
const PATHS = Object.entries(readSpec().document.paths)
  .filter(([, item]) => item['get'] !== undefined)
  .map(([path]) => path.replace(/\{(\w+)\}/, (_whole, name: string) => ids[name] ?? ''));
const [API_PATHS, HEALTH_PATHS] = [
  PATHS.filter((path) => !isOfHealth(path)),
  PATHS.filter(isOfHealth),
];
const DOCS = [
  '/openapi.yaml',
  '/openapi.json',
  '/swagger/doc.json',
  '/swagger',
  '/swagger/',
  '/swagger/index.html',
  '/swagger/init.js',
];
const ASSETS = [
  '/swagger/openapi.json',
  '/swagger/swagger-ui.css',
  '/swagger/swagger-ui-bundle.js',
  '/swagger/favicon-32x32.png',
];
const FAULTS = [
  ...[
    '/v1/webhooks?limit=x',
    '/v1/webhooks?colour=blue',
    '/v1/webhooks/abc',
    `/v1/webhooks/${UNKNOWN_ID}`,
  ],
  ...[
    '/',
    '/v1',
    '/v1/nothing',
    '/swagger/nothing.js',
    `/v1/deliveries/${UNKNOWN_ID}`,
    '/v1/webhooks/%zz',
  ],
];

suite('HEAD', () => {
  test('openapi.yaml → has paths with a GET on both ports', () =>
    assert.deepEqual([API_PATHS.length, HEALTH_PATHS.length], [20, 2]));

  const urls = [
    ...[
      ...API_PATHS.map((path) => `/v1${path}`),
      '/v1/deliveries?limit=1',
      ...DOCS,
      ...ASSETS,
      ...FAULTS,
    ].map((path) => `${api.url}${path}`),
    ...[...HEALTH_PATHS, '/', '/v1/webhooks'].map((path) => `${HEALTH}${path}`),
  ];
  for (const url of urls) {
    test(`${new URL(url).pathname}${new URL(url).search} → the status and headers of GET, and no body`, async () => {
      const [head, get] = [await send('HEAD', url), await send('GET', url)];
      assert.equal(head.text, '');
      assert.deepEqual([head.status, comparable(head)], [get.status, comparable(get)]);
      // The metrics tell the time of each scrape.
      if (!url.endsWith('/metrics'))
        assert.equal(head.headers['content-length'], get.headers['content-length']);
      assert.ok(Number(head.headers['content-length']) > 0);
    });
  }

  test('where a key is asked for → 401 without one, as GET; 200 with it', async () => {
    for (const path of API_PATHS) {
      const url = `${locked.url}/v1${path}`;
      const [head, get] = [await send('HEAD', url), await send('GET', url)];
      assert.deepEqual([head.status, comparable(head)], [401, comparable(get)]);
      assert.equal(
        (await send('HEAD', url, { headers: { Authorization: `Bearer ${KEY}` } })).status,
        200,
      );
    }
  });

  test('followed by a GET on the same connection → both are answered', async (t) => {
    const head = `HEAD /v1${API_PATHS[0]} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const last = 'GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const text = await rawClient(t, api.url, head + last).ended();
    const [first = '', ...rest] = text.split('\r\n\r\n');
    assert.match(first, /^HTTP\/1\.1 200 /);
    const [second] = answersIn(rest.join('\r\n\r\n'));
    assert.deepEqual(second?.json, { code: 8, message: 'route not found' });
  });

  test('its log line → says HEAD, and the route', async () => {
    const headers = { 'X-Request-Id': 'a-head' };
    await send('HEAD', `${api.url}/v1/webhooks`, { headers });
    const { fields } = await until('the log has it', () =>
      log.lines.find(({ fields: { request_id } }) => request_id === 'a-head'),
    );
    assert.deepEqual(
      [fields['method'], fields['route'], fields['status']],
      ['HEAD', '/v1/webhooks', 200],
    );
  });
});

/** What must be the same: all but what differs between any two answers. */
function comparable({ headers }: RawAnswer): object {
  const { date: _date, 'x-request-id': _id, 'content-length': _length, ...others } = headers;
  return others;
}

function isOfHealth(path: string): boolean {
  return path === '/healthz' || path === '/metrics';
}
