import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import path from 'node:path';
import { suite, test } from 'node:test';
import { createApplication } from '../setup/application.ts';
import { sendingTo, startCollector, type Collected } from '../setup/collector.ts';
import { postmand, ROOT } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { freePort } from '../setup/free-port.ts';
import { listening } from '../setup/listening.ts';
import { startReceiver } from '../setup/receiver.ts';
import type { Api } from '../setup/service.ts';
import { TRACE_ID, TRACEPARENT } from '../setup/trace-contexts.ts';
import { until } from '../setup/until.ts';
import { ending, startServer, startWorker } from './processes.ts';

const CALLERS_SPAN = TRACEPARENT.split('-')[2];

async function post(api: Api, webhookId: string, traceparent?: string): Promise<string> {
  const response = await fetch(`${api.url}/v1/deliveries`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    body: JSON.stringify({ webhook_id: webhookId, payload: 'x' }),
  });
  assert.equal(response.status, 201);
  return ((await response.json()) as { id: string }).id;
}

const importing = (file: string) => ({
  NODE_OPTIONS: `--import=${path.join(ROOT, 'test/setup', file)}`,
});

const isOf = (id: string) => (span: Collected) => span.attributes['postmand.delivery_id'] === id;

suite('traces', { concurrency: 2 }, () => {
  test('a delivery that succeeds at its second attempt → call, accept, two attempts that are linked to the call, and their requests', async (t) => {
    const database = await freshDatabase(t);
    const collector = await startCollector(t);
    const receiver = await startReceiver(t, (_request, response, number) =>
      response.writeHead(number === 1 ? 503 : 200).end(),
    );
    const { api } = await startServer(t, database, collector.env);
    const worker = await startWorker(t, database, collector.env);
    const url = `${receiver.url.replace('//', '//user:hunter2@')}/hook?token=hunter3`;
    const webhook = await api.createWebhook({ url, propagate_trace: true, retry_schedule: [1] });
    const id = await post(api, webhook.id, TRACEPARENT);
    await api.settled(id);

    const second = await collector.span('of the second attempt', (span) => {
      return isOf(id)(span) && span.attributes['postmand.attempt'] === 2;
    });
    const first = await collector.span('of the first attempt', isOf(id));
    const { spans } = collector;
    const call = await collector.span('of the call', ({ name }) => name === 'POST /v1/deliveries');
    assert.deepEqual(
      [call.kind, call.traceId, call.parentSpanId, call.service, call.status],
      [2, TRACE_ID, CALLERS_SPAN, 'postmand', 0],
    );
    assert.deepEqual(call.attributes, {
      'http.request.method': 'POST',
      'url.scheme': 'http',
      'url.path': '/v1/deliveries',
      'http.route': '/v1/deliveries',
      'http.response.status_code': 201,
    });
    assert.equal((await api.delivery(id)).traceparent, `00-${call.traceId}-${call.spanId}-01`);

    const accept = spans.find(({ name }) => name === 'accept')!;
    assert.deepEqual(
      [accept.kind, accept.traceId, accept.parentSpanId],
      [4, TRACE_ID, call.spanId],
    );
    assert.deepEqual(accept.attributes, {
      'messaging.system': 'postmand',
      'messaging.operation.name': 'accept',
      'messaging.operation.type': 'send',
      'messaging.destination.name': webhook.id,
      'messaging.batch.message_count': 1,
    });

    for (const [i, attempt] of [first, second].entries()) {
      assert.deepEqual(
        [attempt.name, attempt.kind, attempt.parentSpanId, attempt.links],
        ['deliver', 5, '', [{ traceId: TRACE_ID, spanId: call.spanId }]],
      );
      assert.deepEqual(attempt.attributes, {
        'messaging.system': 'postmand',
        'messaging.operation.name': 'deliver',
        'messaging.operation.type': 'process',
        'messaging.destination.name': webhook.id,
        'messaging.message.id': id,
        'postmand.delivery_id': id,
        'postmand.webhook_id': webhook.id,
        'postmand.attempt': i + 1,
        ...(i === 0
          ? { 'postmand.verdict': 'retry', 'error.type': '503' }
          : { 'postmand.verdict': 'succeeded' }),
      });
      const request = spans.find(({ parentSpanId }) => parentSpanId === attempt.spanId)!;
      assert.deepEqual(
        [request.name, request.kind, request.traceId, request.status],
        ['POST', 3, attempt.traceId, i === 0 ? 2 : 0],
      );
      assert.deepEqual(request.attributes, {
        'http.request.method': 'POST',
        'url.full': `${receiver.url}/hook?REDACTED`,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(receiver.url).port),
        ...(i === 0 ? {} : { 'http.request.resend_count': 1 }),
        'http.response.status_code': i === 0 ? 503 : 200,
        ...(i === 0 ? { 'error.type': '503' } : {}),
      });
      assert.equal(
        receiver.received[i]?.headers['traceparent'],
        `00-${request.traceId}-${request.spanId}-01`,
      );
    }
    assert.notEqual(first.traceId, second.traceId);
    const lines = worker.lines.filter(({ event }) => event === 'delivery.attempted');
    assert.deepEqual(
      lines.map(({ trace_id, attempt_trace_id }) => [trace_id, attempt_trace_id]),
      [first, second].map(({ traceId }) => [TRACE_ID, traceId]),
    );
  });

  test('a call that is not sampled → neither it nor its attempts are recorded, and the receiver is told so', async (t) => {
    const database = await freshDatabase(t);
    const collector = await startCollector(t);
    const receiver = await startReceiver(t);
    const { api } = await startServer(t, database, collector.env);
    await startWorker(t, database, collector.env);
    const webhook = await api.createWebhook({ url: receiver.url, propagate_trace: true });
    const quiet = await post(api, webhook.id, TRACEPARENT.replace(/01$/, '00'));
    await api.settled(quiet);
    const { traceparent } = await api.delivery(quiet);
    assert.match(traceparent ?? '', new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
    assert.equal(receiver.received[0]?.headers['traceparent'], traceparent);
    const told = await post(api, webhook.id);
    await collector.span('of an attempt that is recorded', isOf(told));
    assert.deepEqual(collector.spans.filter(isOf(quiet)), []);
    assert.ok(collector.spans.every(({ traceId }) => traceId !== TRACE_ID));
  });

  test('enqueued with a traceparent, emitted and a test → their attempts are linked to what made them', async (t) => {
    const database = await freshDatabase(t);
    const collector = await startCollector(t);
    const receiver = await startReceiver(t);
    const { api } = await startServer(t, database, collector.env);
    await startWorker(t, database, collector.env);
    const webhook = await api.createWebhook({ url: receiver.url, event_types: ['order.paid'] });
    const app = await (await createApplication(t, database)).connect();
    const { rows } = await app.query<{ id: string }>(
      `select postmand.enqueue($1, 'x', traceparent => $2) as id`,
      [webhook.id, TRACEPARENT],
    );
    const enqueued = await collector.span('of what was enqueued', isOf(rows[0]?.id ?? ''));
    assert.deepEqual(enqueued.links, [{ traceId: TRACE_ID, spanId: CALLERS_SPAN }]);

    await api.call('POST', '/event-types', { name: 'order.paid' });
    const event = (await api.call('POST', '/events', { type: 'order.paid' })).body;
    const ofEvent = await collector.span('of an event', ({ attributes }) => {
      return attributes['postmand.event_id'] === event.id;
    });
    const made = await collector.span('of its call', ({ name }) => name === 'POST /v1/events');
    assert.deepEqual(ofEvent.links, [{ traceId: made.traceId, spanId: made.spanId }]);

    const tested = (await api.call('POST', `/webhooks/${webhook.id}/test`)).body.delivery.id;
    const { links } = await collector.span('of the test', isOf(tested));
    const testCall = await collector.span('of its call', ({ name }) => name.endsWith('/test'));
    assert.deepEqual(links, [{ traceId: testCall.traceId, spanId: testCall.spanId }]);
  });

  test('a receiver that cannot be reached, and a call that is refused → errors of their kind', async (t) => {
    const database = await freshDatabase(t);
    const collector = await startCollector(t);
    const { api } = await startServer(t, database, collector.env);
    await startWorker(t, database, collector.env);
    const url = `http://127.0.0.1:${await freePort()}/`;
    const webhook = await api.createWebhook({ url, max_delivery_attempts: 1 });
    const id = await post(api, webhook.id);
    const attempt = await collector.span('of the attempt', isOf(id));
    assert.deepEqual(
      [attempt.status, attempt.attributes['error.type'], attempt.attributes['postmand.verdict']],
      [2, 'refused', 'failed'],
    );
    await api.call('GET', '/deliveries/unknown');
    const refused = await collector.span('of the call', ({ name }) => name.startsWith('GET '));
    assert.deepEqual([refused.name, refused.status], ['GET /v1/deliveries/{delivery_id}', 0]);
  });
});

suite('the SDK', { concurrency: 2 }, () => {
  test('--require-otel with it → traces go where the SDK sends them by itself, and the last ones too', async (t) => {
    const database = await freshDatabase(t);
    const collector = await startCollector(t);
    const server = postmand(t, ['--require-otel', 'server'], {
      env: {
        POSTMAND_DATABASE_URL: database.url,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.env['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '600000',
        OTEL_SERVICE_NAME: 'shop',
      },
    });
    const { port } = await server.event('server.started', 60_000);
    assert.ok(server.lines.some(({ event }) => event === 'tracing.started'));
    await fetch(`http://127.0.0.1:${Number(port)}/v1/webhooks`);
    assert.deepEqual(collector.spans, []);
    assert.deepEqual(await server.end(), { code: 0, signal: null });
    assert.deepEqual(
      collector.spans.map(({ name, service }) => [name, service]),
      [['GET /v1/webhooks', 'shop']],
    );
  });

  test('--require-otel without it → does not start, and says how to get it', async (t) => {
    const server = postmand(t, ['--require-otel', 'server'], {
      env: { POSTMAND_DATABASE_URL: 'postgres://127.0.0.1:1/none', ...importing('no-sdk.mjs') },
    });
    assert.equal((await ending(server)).code, 1);
    assert.match(
      server.output.stderr,
      /^postmand: --require-otel: the package @opentelemetry\/sdk-node is not there\. docs\/tracing\.md says how to install it\./,
    );
  });

  test('its variables without it → a warning, and everything else goes on', async (t) => {
    const database = await freshDatabase(t);
    const { server, api } = await startServer(t, database, {
      ...{ ...sendingTo(1), ...importing('no-sdk.mjs') },
    });
    assert.equal((await api.call('GET', '/webhooks')).status, 200);
    const { level, advice } = await server.event('tracing.sdk_missing');
    assert.equal(level, 'warn');
    assert.match(String(advice), /docs\/tracing\.md/);
  });

  for (const [what, off] of [
    ['OTEL_SDK_DISABLED=true', { OTEL_SDK_DISABLED: 'true' }],
    ['OTEL_TRACES_EXPORTER=none', { OTEL_TRACES_EXPORTER: 'none' }],
  ] as const)
    test(`${what} beside an endpoint → off`, async (t) => {
      const database = await freshDatabase(t);
      const collector = await startCollector(t);
      const { server, api } = await startServer(t, database, { ...collector.env, ...off });
      await api.call('GET', '/webhooks');
      await server.end();
      assert.deepEqual(collector.spans, []);
      assert.ok(server.lines.every(({ event }) => !event.startsWith('tracing.')));
    });

  test('one that was loaded before → it is used as it is, and hands over its last spans', async (t) => {
    const database = await freshDatabase(t);
    const collector = await startCollector(t);
    const { server, api } = await startServer(t, database, {
      ...{ ...collector.env, OTEL_BSP_SCHEDULE_DELAY: '600000', ...importing('own-sdk.mjs') },
    });
    await api.call('GET', '/webhooks');
    await server.end();
    assert.deepEqual(
      collector.spans.map(({ name, service }) => [name, service]),
      [['GET /v1/webhooks', 'own']],
    );
  });
});

suite('a collector that is not there', { concurrency: 2 }, () => {
  test('nobody listens → deliveries go on, a line says so, and the worker stops at once', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(t);
    const env = { ...sendingTo(await freePort()), OTEL_BSP_SCHEDULE_DELAY: '50' };
    const { api } = await startServer(t, database, env);
    const worker = await startWorker(t, database, {
      ...{ ...env, OTEL_EXPORTER_OTLP_TIMEOUT: '500' },
    });
    const webhook = await api.createWebhook({ url: receiver.url });
    for (let left = 5; left > 0; left -= 1) {
      const { status } = await api.settled(await post(api, webhook.id));
      assert.equal(status, 'succeeded');
    }
    const { level, reason } = await worker.event('tracing.failed', 20_000);
    assert.equal(level, 'warn');
    assert.ok(String(reason).length > 0);
    assert.equal((await worker.end()).code, 0);
    assert.equal(worker.lines.filter(({ event }) => event === 'tracing.failed').length, 1);
  });

  test('it takes connections and never answers → the process waits for it 5 s at most when it stops', async (t) => {
    const database = await freshDatabase(t);
    const silent = createServer(() => {});
    const port = await listening(t, silent);
    const { server, api } = await startServer(t, database, sendingTo(port));
    await api.call('GET', '/webhooks');
    const askedAt = performance.now();
    assert.deepEqual(await server.end(), { code: 0, signal: null });
    assert.ok(performance.now() - askedAt < 9000);
    await until('it has stopped by itself', () =>
      server.lines.some(({ event }) => event === 'server.stopped'),
    );
  });
});
