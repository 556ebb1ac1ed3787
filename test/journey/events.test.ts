import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';

test('an event → those who subscribed get its payload, others do not, and its deliveries are listed', async (t) => {
  const database = await freshDatabase(t);
  await database.pool.query(`insert into event_types (name) values ('order.paid'), ('order.lost')`);
  const api = await startApi(t, database);
  await startWorkerHere(t, database);
  const receiver = await startReceiver(t);
  const webhook = (path: string, event_types: string[] | null) =>
    api.createWebhook({ url: `${receiver.url}/${path}`, event_types });
  const three = [
    await webhook('exact', ['order.paid']),
    await webhook('many', ['order.lost', 'order.paid']),
    await webhook('once', ['order.paid', 'order.paid']),
  ];
  await webhook('other', ['order.lost']);
  await webhook('direct', null);

  const payload = { order: 1042, amount: 99.5, name: 'Zoë' };
  const { body: event } = await api.call('POST', '/events', { type: 'order.paid', payload });
  assert.equal(event.deliveries, 3);
  const { body } = await api.call('GET', `/deliveries?event_id=${event.id.toUpperCase()}`);
  for (const { id } of body.deliveries) await api.settled(id);

  assert.deepEqual(
    receiver.received.map(({ path, body: sent }) => `${path} ${sent}`).toSorted(),
    ['/exact', '/many', '/once'].map((path) => `${path} ${JSON.stringify(payload)}`),
  );
  const after = await api.call('GET', `/deliveries?event_id=${event.id}&status=succeeded`);
  assert.deepEqual(
    new Set(after.body.deliveries.map((one: { webhook_id: string }) => one.webhook_id)),
    new Set(three.map(({ id }) => id)),
  );
  for (const one of after.body.deliveries)
    assert.deepEqual([one.event_id, one.payload], [event.id, JSON.stringify(payload)]);
  const failed = await api.call('GET', `/deliveries?event_id=${event.id}&status=failed`);
  assert.deepEqual(failed.body.deliveries, []);
});
