import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Operations } from '../../src/http/handler.ts';
import { checkOperations } from '../../src/http/operations.ts';
import { apiDocument, operationIds, readSpec } from '../../src/http/spec.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';

const { document } = readSpec();
const api = apiDocument(document);

suite('every success answer of openapi.yaml, checked against its schema', async () => {
  const database = await freshDatabase(wholeFile);
  const { call } = await startApi(wholeFile, database);
  const { pool } = database;
  const [webhookId = ''] = await addWebhookRows(pool, [{}]);
  const [deliveryId = ''] = await addDeliveryRows(pool, [{ webhookId, status: 'succeeded' }]);
  const [blockingId = ''] = await addDeliveryRows(pool, [{ webhookId, status: 'failed' }]);
  await pool.query(
    `update deliveries set ordering_key = 'k', sequence = 1, is_head = true where id = $1`,
    [blockingId],
  );
  const [attemptId = ''] = await addAttemptRows(pool, [{ webhookId, deliveryId }]);
  const secretId = randomUUID();
  await pool.query(
    `insert into webhook_secrets (id, webhook_id, secret_token, hub, replaced_at, expires_at)
     values ($1, $2, 'old', true, now(), now() + interval '1 hour')`,
    [secretId, webhookId],
  );

  const eventId = randomUUID();
  await pool.query(
    `with type as (insert into event_types (name) values ('order.paid'))
     insert into events (id, type, payload, deliveries) values ($1, 'order.paid', '', 0)`,
    [eventId],
  );
  const operationId = randomUUID();
  await pool.query(
    `insert into operations (id, kind, filter, webhook_ids) values ($1, 'redelivery', '{}', '{}')`,
    [operationId],
  );

  // There is no worker: the tests of one webhook end at once, and those of the other one never.
  const [endingId = ''] = await addWebhookRows(pool, [{}]);
  await pool.query(
    `create function end_test() returns trigger language plpgsql
     as $$ begin new.status = 'failed'; return new; end $$;
     create trigger end_test before insert on deliveries
     for each row when (new.test and new.webhook_id = '${endingId}') execute function end_test()`,
  );
  const [waitingId = ''] = await addWebhookRows(pool, [{}]);
  await pool.query('update webhooks set delivery_attempt_timeout = 1 where id = $1', [waitingId]);

  const CALLS: Record<string, [method: string, path: string, body?: unknown]> = {
    'listWebhooks 200': ['GET', '/webhooks'],
    'createWebhook 201': ['POST', '/webhooks', SETTINGS],
    'getWebhook 200': ['GET', `/webhooks/${webhookId}`],
    'replaceWebhook 200': ['PUT', `/webhooks/${webhookId}`, SETTINGS],
    'patchWebhook 200': ['PATCH', `/webhooks/${webhookId}`, { active: false }],
    'pauseWebhook 200': ['POST', `/webhooks/${webhookId}/pause`],
    'previewWebhook 200': ['POST', `/webhooks/${webhookId}/preview`, { type: 'order.paid' }],
    'testWebhook 200': ['POST', `/webhooks/${endingId}/test`],
    'testWebhook 202': ['POST', `/webhooks/${waitingId}/test`, { payload: 'x' }],
    'resumeWebhook 200': ['POST', `/webhooks/${webhookId}/resume`],
    'listSecrets 200': ['GET', `/webhooks/${webhookId}/secrets`],
    'rotateSecret 201': ['POST', `/webhooks/${webhookId}/secrets`],
    'endSecret 204': ['DELETE', `/webhooks/${webhookId}/secrets/${secretId}`],
    'countDeliveries 200': ['GET', '/deliveries/count?status=failed'],
    'listDeliveries 200': ['GET', '/deliveries'],
    'createDelivery 201': ['POST', '/deliveries', { webhook_id: webhookId, payload: 'x' }],
    'createDeliveries 201': [
      'POST',
      '/deliveries/batch',
      { deliveries: [{ webhook_id: webhookId }] },
    ],
    'getDelivery 200': ['GET', `/deliveries/${deliveryId}`],
    'listDeliveryAttempts 200': ['GET', '/delivery-attempts'],
    'getDeliveryAttempt 200': ['GET', `/delivery-attempts/${attemptId}`],
    'listOrderingKeys 200': ['GET', `/webhooks/${webhookId}/ordering-keys?state=blocked`],
    'getWebhookStats 200': ['GET', `/webhooks/${webhookId}/stats?step=day`],
    'getStats 200': ['GET', '/stats'],
    'lookUp 200': ['GET', `/lookup/${eventId}`],
    'getAttention 200': ['GET', '/attention?limit=10'],
    'skipOrderingKey 204': ['POST', `/webhooks/${webhookId}/ordering-keys/k/skip`],
    'redeliverDelivery 200': ['POST', `/deliveries/${deliveryId}/redeliver`],
    'eraseDeliveries 200': ['POST', '/erasures', { metadata: { customer: '42' }, dry_run: true }],
    'eraseDeliveries 202': ['POST', '/erasures', { metadata: { customer: '42' } }],
    'listEvents 200': ['GET', '/events'],
    'createEvent 201': ['POST', '/events', { type: 'order.paid', payload: { a: 1 } }],
    'createEvents 201': ['POST', '/events/batch', { events: [{ type: 'order.paid' }] }],
    'getEvent 200': ['GET', `/events/${eventId}`],
    'redeliverDeliveries 200': [
      'POST',
      '/redeliveries',
      { filter: { webhook_id: webhookId }, dry_run: true },
    ],
    'redeliverDeliveries 202': ['POST', '/redeliveries', { filter: { ids: [deliveryId] } }],
    'listOperations 200': ['GET', '/operations'],
    'getOperation 200': ['GET', `/operations/${operationId}`],
    'cancelOperation 200': ['POST', `/operations/${operationId}/cancel`],
    'createEventType 201': ['POST', '/event-types', { name: 'order.shipped', schema: true }],
    'listEventTypes 200': ['GET', '/event-types'],
    'getEventType 200': ['GET', '/event-types/order.paid'],
    'patchEventType 200': ['PATCH', '/event-types/order.paid', { example: [1.5] }],
    'getEventTypesDocument 200': ['GET', '/event-types/openapi.json'],
    'importEventTypes 200': [
      'POST',
      '/event-types/openapi.json',
      { openapi: '3.1.0', webhooks: {} },
    ],
    'archiveEventType 200': ['POST', '/event-types/order.paid/archive'],
    'restoreEventType 200': ['POST', '/event-types/order.paid/restore'],
    'deleteDelivery 204': ['DELETE', `/deliveries/${deliveryId}`],
    'deleteWebhook 204': ['DELETE', `/webhooks/${webhookId}`],
  };

  test('the document → no success answer that is missing here', () =>
    assert.deepEqual(Object.keys(CALLS).toSorted(), documentedSuccesses().toSorted()));

  for (const [answer, [method, path, body]] of Object.entries(CALLS)) {
    test(`${method} ${path} → ${answer}`, async () => {
      const { status, body: answered } = await call(method, path, body);
      assert.equal(`${answer.split(' ')[0]} ${status}`, answer, JSON.stringify(answered));
    });
  }
});

suite('the handlers and the document', () => {
  const handlers = Object.fromEntries(
    operationIds(api).map((id) => [id, () => Promise.resolve()]),
  ) as unknown as Operations;

  test('the same operations → fine', () => checkOperations(handlers, api));

  test('an operation without a handler → refused by name', () => {
    const { getWebhook: _left, ...rest } = handlers;
    assert.throws(
      () => checkOperations(rest as Operations, api),
      /Without a handler: getWebhook; without an operation: none/,
    );
  });

  test('a handler without an operation → refused by name', () => {
    const extra = { ...handlers, pingWebhook: handlers.getWebhook };
    assert.throws(
      () => checkOperations(extra, api),
      /Without a handler: none; without an operation: pingWebhook/,
    );
  });
});

/** Like `getWebhook 200`, for all operations of the API port. */
function documentedSuccesses(): string[] {
  return Object.values(api.paths).flatMap((item) =>
    Object.values(item).flatMap((operation) => {
      const { operationId, responses = {} } = (operation ?? {}) as {
        operationId?: string;
        responses?: object;
      };
      return Object.keys(responses)
        .filter((status) => status.startsWith('2'))
        .map((status) => `${operationId} ${status}`);
    }),
  );
}
