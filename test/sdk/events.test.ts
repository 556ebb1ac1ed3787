import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPostmand, isProblem, ProblemCode } from '../../sdk/typescript/dist/index.js';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { startLive } from './live.ts';

const live = await startLive(wholeFile);
const postmand = createPostmand({ url: live.url });
const ORDER = {
  type: 'object',
  required: ['order'],
  properties: { order: { type: 'integer' } },
};

function webhookTo(path: string) {
  return {
    name: 'Orders',
    url: live.receiver.url + path,
    content_type: 'application/json',
    valid_status_codes: [200],
    active: true,
    max_delivery_attempts: 1,
    delivery_attempt_timeout: 5,
    retry_min_backoff: 1,
    retry_max_backoff: 1,
  };
}

test('the TypeScript SDK → an event goes to whoever subscribed, once with a key, and its deliveries are listed', async () => {
  const [name, other] = ['order.paid', 'order.shipped'];
  const created = await postmand.createEventType({ name, schema: ORDER, example: { order: 7 } });
  assert.deepEqual([created.version, created.schema], [1, ORDER]);
  await postmand.createEventType({ name: other, schema: true });
  const subscriber = await postmand.createWebhook({
    ...webhookTo('/events'),
    event_types: ['order.*'],
    filter: { metadata: { region: { $in: ['eu', 'uk'] } } },
    format: 'cloudevents_structured',
  });

  const paid = { type: name, payload: { order: 1042 }, metadata: { region: 'eu' } };
  const { id: webhook_id } = subscriber;
  const previewed = await postmand.previewWebhook({ webhook_id, ...paid });
  assert.deepEqual([previewed.matches, previewed.mismatch], [true, null]);
  assert.match(previewed.request.body, /"type":"order\.paid".*"data":\{"order":1042\}/);
  const left = { webhook_id, ...paid, metadata: { region: 'us' } };
  assert.equal((await postmand.previewWebhook(left)).mismatch, 'filter');
  const event = await postmand.createEvent(paid, { idempotencyKey: 'order-1042' });
  assert.deepEqual([event.payload, event.deliveries], ['{"order":1042}', 1]);
  assert.deepEqual(await postmand.createEvent(paid, { idempotencyKey: 'order-1042' }), event);
  const { ids } = await postmand.createEvents({
    events: [
      { type: other, payload: '{"n": 12345678901234567890}', metadata: { region: 'uk' } },
      { type: other, payload: ['a'], metadata: { region: 'us' } },
    ],
  });

  const deliveries = await all(postmand.listDeliveries.items({ event_id: event.id }));
  assert.deepEqual(
    deliveries.map(({ webhook_id, event_id }) => [webhook_id, event_id]),
    [[subscriber.id, event.id]],
  );
  await until('the event arrived', async () => {
    const { status } = await postmand.getDelivery({ delivery_id: deliveries[0]?.id ?? '' });
    return status === 'succeeded';
  });
  const arrived = live.receiver.received.map(({ body }) => JSON.parse(body) as object);
  const { id, type, data } = arrived.find((one) => 'id' in one && one.id === event.id) as never;
  assert.deepEqual({ id, type, data }, { id: event.id, type: name, data: { order: 1042 } });

  const listed = await all(postmand.listEvents.items({ metadata: { region: 'uk' }, limit: 1 }));
  assert.deepEqual(
    listed.map((one) => [one.id, one.payload, one.deliveries]),
    [[ids[0], '{"n": 12345678901234567890}', 1]],
  );
  const events = await all(postmand.listEvents.items({ limit: 1 }));
  assert.deepEqual(events.map((one) => one.id).toSorted(), [event.id, ...ids].toSorted());
  assert.equal((await postmand.getEvent({ event_id: ids[1] ?? '' })).deliveries, 0);
});

test('the TypeScript SDK → what is wrong with events and their types has a code each', async () => {
  const name = 'invoice.sent';
  await postmand.createEventType({ name, schema: ORDER });
  const refused = (call: Promise<unknown>, code: ProblemCode) =>
    assert.rejects(call, (error) => isProblem(error, code));
  await refused(postmand.createEvent({ type: name, payload: {} }), ProblemCode.eventInvalid);
  await refused(postmand.createEvent({ type: 'unknown' }), ProblemCode.eventTypeNotFound);
  await refused(postmand.createEventType({ name }), ProblemCode.eventTypeExists);
  const narrower = { ...ORDER, required: ['order', 'total'] };
  const change = { event_type: name, schema: narrower };
  await refused(postmand.patchEventType(change), ProblemCode.schemaIncompatible);
  const changed = await postmand.patchEventType({ ...change, compatibility: 'none' });
  assert.equal(changed.version, 2);
  assert.equal((await postmand.patchEventType({ event_type: name, schema: null })).schema, null);

  const document = await postmand.getEventTypesDocument();
  assert.ok(Object.keys(document.webhooks ?? {}).includes(name));
  const imported = await postmand.importEventTypes(document);
  assert.deepEqual([imported.created, imported.updated], [[], []]);

  assert.notEqual((await postmand.archiveEventType({ event_type: name })).archived_at, null);
  await refused(postmand.createEvent({ type: name }), ProblemCode.eventTypeArchived);
  const archived = await all(postmand.listEventTypes.items({ archived: true, limit: 1 }));
  assert.deepEqual(
    archived.map((one) => one.name),
    [name],
  );
  assert.equal((await postmand.restoreEventType({ event_type: name })).archived_at, null);
  const unknown = '00000000-0000-4000-8000-000000000000';
  await refused(postmand.getEvent({ event_id: unknown }), ProblemCode.eventNotFound);
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
