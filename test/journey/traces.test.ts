import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createApplication } from '../setup/application.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { TRACE_ID, TRACEPARENT } from '../setup/trace-contexts.ts';
import { wholeFile } from '../setup/whole-file.ts';

/** What becomes of the trace of a call where no SDK is loaded. */

const database = await freshDatabase(wholeFile);
const log = keepingLog();
const api = await startApi(wholeFile, database, { log });
await startWorkerHere(wholeFile, database, { log });
const receiver = await startReceiver(wholeFile, ({ path }, response) => {
  response.statusCode = path === '/broken' ? 500 : 200;
  response.end();
});
const FAST = { retry_schedule: [1], max_delivery_attempts: 2 };

async function post(webhookId: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${api.url}/v1/deliveries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ webhook_id: webhookId, payload: webhookId }),
  });
  assert.equal(response.status, 201);
  return ((await response.json()) as { id: string }).id;
}

const TRACED = { traceparent: TRACEPARENT, tracestate: 'vendor=1' };

/** What the receiver was told of traces, by requests for a webhook. */
function toldFor(webhookId: string) {
  const requests = receiver.received.filter(({ body }) => body === webhookId);
  return requests.map(({ headers: { traceparent, tracestate } }) => ({ traceparent, tracestate }));
}

function tracesIn(event: string, deliveryId: string): unknown[] {
  const lines = log.lines.filter((line) => line.event === event);
  return lines
    .filter(({ fields }) => fields['delivery_id'] === deliveryId)
    .map(({ fields }) => fields['trace_id']);
}

suite('a webhook that propagates traces', { concurrency: true }, () => {
  test('a delivery that fails twice, and is sent again → each request tells of the trace of its call', async () => {
    const { id: webhookId, propagate_trace } = await api.createWebhook({
      ...{ ...FAST, url: `${receiver.url}/broken`, propagate_trace: true },
    });
    assert.equal(propagate_trace, true);
    const id = await post(webhookId, TRACED);
    assert.equal((await api.settled(id)).status, 'failed');
    assert.deepEqual(toldFor(webhookId), [TRACED, TRACED]);
    assert.deepEqual(tracesIn('delivery.attempted', id), [TRACE_ID, TRACE_ID]);
    const [attempt] = await api.attempts(id);
    assert.match(attempt?.raw_request ?? '', new RegExp(`\\r\\ntraceparent: ${TRACEPARENT}\\r\\n`));
    assert.equal((await api.call('POST', `/deliveries/${id}/redeliver`)).status, 200);
    assert.deepEqual(tracesIn('delivery.redelivered', id), [TRACE_ID]);
    await api.settled(id);
    assert.deepEqual(toldFor(webhookId).at(-1), TRACED);
  });

  test('what an application has enqueued → the same', async (t) => {
    const { id: webhookId } = await api.createWebhook({
      ...{ url: `${receiver.url}/post`, propagate_trace: true },
    });
    const app = await (await createApplication(t, database)).connect();
    const { rows } = await app.query<{ id: string }>(
      'select postmand.enqueue($1::text::uuid, $1::text, traceparent => $2, tracestate => $3) as id',
      [webhookId, TRACEPARENT, 'vendor=1'],
    );
    await api.settled(rows[0]?.id ?? '');
    assert.deepEqual(toldFor(webhookId), [TRACED]);
  });

  test('an event → the same', async () => {
    const { id: webhookId } = await api.createWebhook({
      ...{ url: `${receiver.url}/post`, propagate_trace: true, event_types: ['order.traced'] },
    });
    await api.call('POST', '/event-types', { name: 'order.traced' });
    const response = await fetch(`${api.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...TRACED },
      body: JSON.stringify({ type: 'order.traced', payload: webhookId }),
    });
    const { id } = (await response.json()) as { id: string };
    const [delivery] = (await api.call('GET', `/deliveries?event_id=${id}`)).body.deliveries;
    await api.settled(delivery.id);
    assert.deepEqual(toldFor(webhookId), [TRACED]);
  });

  test('a call that tells of no trace → nothing is told', async () => {
    const { id: webhookId } = await api.createWebhook({
      ...{ url: `${receiver.url}/post`, propagate_trace: true },
    });
    const id = await post(webhookId, {});
    await api.settled(id);
    assert.deepEqual(toldFor(webhookId), [{ traceparent: undefined, tracestate: undefined }]);
    assert.deepEqual(tracesIn('delivery.attempted', id), [undefined]);
  });
});

suite('other webhooks', () => {
  test('as by default → nothing is told, and the log has the trace', async () => {
    const { id: webhookId } = await api.createWebhook({ url: `${receiver.url}/post` });
    const id = await post(webhookId, TRACED);
    await api.settled(id);
    assert.deepEqual(toldFor(webhookId), [{ traceparent: undefined, tracestate: undefined }]);
    assert.deepEqual(tracesIn('delivery.attempted', id), [TRACE_ID]);
  });

  test('headers of their own of these names → sent as they are, and refused with propagate_trace', async () => {
    const { id: webhookId } = await api.createWebhook({
      ...{ url: `${receiver.url}/post`, headers: { Traceparent: 'mine' } },
    });
    await api.settled(await post(webhookId, TRACED));
    assert.deepEqual(toldFor(webhookId), [{ traceparent: 'mine', tracestate: undefined }]);
    const { status, body } = await api.call('PATCH', `/webhooks/${webhookId}`, {
      propagate_trace: true,
    });
    assert.deepEqual(
      [status, body.details],
      [
        400,
        'headers.Traceparent: cannot be set: it tells of the trace, as propagate_trace is true',
      ],
    );
  });
});
