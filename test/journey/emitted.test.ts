import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApplication } from '../setup/application.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';

test('an application emits with a key, and then a delivery and an event with it are posted while no worker runs → sent in that order', async (t) => {
  const database = await freshDatabase(t);
  await database.pool.query(`insert into event_types (name) values ('order.paid')`);
  const api = await startApi(t, database);
  const receiver = await startReceiver(t);
  const { id: webhook_id } = await api.createWebhook({
    ...{ url: receiver.url, event_types: ['order.paid'] },
  });
  const application = await (await createApplication(t, database)).connect();
  await application.query('begin');
  await application.query(
    `select postmand.emit('order.paid', 'emitted', 'k'), postmand.emit('order.paid', 'next', 'k')`,
  );
  await application.query('commit');
  const ordering_key = 'k';
  const direct = { webhook_id, payload: 'direct', ordering_key };
  const { body: delivery } = await api.call('POST', '/deliveries', direct);
  assert.equal(delivery.sequence, null);
  const event = { type: 'order.paid', payload: 'posted', ordering_key };
  const { body: posted } = await api.call('POST', '/events', event);
  assert.equal(posted.deliveries, 1);
  await application.query(
    `select postmand.emit('order.paid', 'last', 'k', idempotency_key => 'last')`,
  );
  const again = await fetch(`${api.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'last' },
    body: JSON.stringify({ type: 'order.paid', payload: 'last', ordering_key }),
  });
  assert.equal(again.headers.get('idempotency-replayed'), 'true');

  await startWorkerHere(t, database);
  const last = (await again.json()) as { id: string };
  let found: { id: string }[] = [];
  while (found.length === 0)
    found = (await api.call('GET', `/deliveries?event_id=${last.id}`)).body.deliveries;
  for (const { id } of found) await api.settled(id);
  assert.deepEqual(
    receiver.received.map(({ body }) => body),
    ['emitted', 'next', 'direct', 'posted', 'last'],
  );
});
