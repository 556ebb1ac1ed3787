import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst } from '../setup/last-first.ts';
import { until } from '../setup/until.ts';
import { startServer } from './processes.ts';

test('the database goes and comes back while a server runs → 503 and red health, then as before, without a restart', async (t) => {
  const database = await freshDatabase(t);
  const proxy = await startDatabaseProxy(lastFirst(t), database.url);
  const { server, api } = await startServer(t, { ...database, url: proxy.url });
  const { health_port } = await server.event('server.started');
  const health = async () =>
    (await fetch(`http://127.0.0.1:${String(health_port)}/healthz`)).status;
  const webhook = await api.createWebhook();

  for (let round = 0; round < 2; round += 1) {
    await proxy.close();
    for (const [method, path, body] of [
      ['GET', '/webhooks'],
      ['POST', '/deliveries', { webhook_id: webhook.id, payload: 'x' }],
    ] as const) {
      const { status, headers } = await api.call(method, path, body);
      assert.deepEqual([status, headers.get('retry-after')], [503, '2']);
    }
    assert.equal(await health(), 500);

    await proxy.open();
    await until('health is green again', async () => (await health()) === 200);
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  }
  assert.deepEqual(await server.end(), { code: 0, signal: null });
});
