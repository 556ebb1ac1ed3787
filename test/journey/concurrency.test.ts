import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { openLine, startLine, jobCount } from './line.ts';
import { until } from '../setup/until.ts';

suite('many deliveries', { concurrency: 2 }, () => {
  test('300 deliveries over 5 webhooks → all arrive exactly once and succeed', async (t) => {
    const line = await startLine(t);
    const { api, receiver } = line;
    const webhooks = await Promise.all(
      [1, 2, 3, 4, 5].map((i) => api.createWebhook({ url: `${receiver.url}/${i}` })),
    );
    await Promise.all(
      Array.from({ length: 300 }, (_one, i) =>
        api.createDelivery(webhooks[i % 5]?.id ?? '', String(i)),
      ),
    );
    await until('the queue is empty', async () => (await jobCount(line)) === 0, 30_000);

    assert.deepEqual(
      receiver.received.map(({ body }) => Number(body)).sort((a, b) => a - b),
      [...Array.from({ length: 300 }).keys()],
    );
    for (const { path, body } of receiver.received)
      assert.equal(path, `/${(Number(body) % 5) + 1}`);
    const { rows } = await line.pool.query(
      `select status, delivery_attempts, count(*)::integer from deliveries group by 1, 2`,
    );
    assert.deepEqual(rows, [{ status: 'succeeded', delivery_attempts: 1, count: 300 }]);
    const attempts = await line.pool.query(
      `select count(*)::integer, count(distinct delivery_id)::integer as deliveries from delivery_attempts`,
    );
    assert.deepEqual(attempts.rows, [{ count: 300, deliveries: 300 }]);
    assert.deepEqual(line.errors(), []);
  });

  test('two workers on one backlog → every delivery arrives exactly once', async (t) => {
    const line = await openLine(
      t,
      (_request, response) => void setTimeout(() => response.end(), 5),
    );
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    await Promise.all(
      Array.from({ length: 200 }, (_one, i) => line.api.createDelivery(webhook.id, String(i))),
    );
    await Promise.all([line.startWorker(), line.startWorker()]);
    await until('the queue is empty', async () => (await jobCount(line)) === 0, 30_000);
    assert.deepEqual(
      line.receiver.received.map(({ body }) => Number(body)).sort((a, b) => a - b),
      [...Array.from({ length: 200 }).keys()],
    );
  });

  test('a receiver that holds its answers until 20 webhooks wait at once → all wait at once', async (t) => {
    const held: ServerResponse[] = [];
    const { api, receiver } = await startLine(t, (_request, response) => {
      held.push(response);
      if (held.length === 20) for (const one of held) one.end();
    });
    const webhooks = await Promise.all(
      Array.from({ length: 20 }, () =>
        api.createWebhook({ url: receiver.url, max_delivery_attempts: 1 }),
      ),
    );
    const deliveries = await Promise.all(webhooks.map(({ id }) => api.createDelivery(id)));
    for (const { id } of deliveries) assert.equal((await api.settled(id)).status, 'succeeded');
  });

  test('a webhook that has proved quick → several of its deliveries are in flight at a time', async (t) => {
    const held: ServerResponse[] = [];
    const { api, receiver } = await startLine(t, (request, response) => {
      if (request.body === 'first') return response.end();
      held.push(response);
      if (held.length >= 5) for (const one of held) one.end();
      return undefined;
    });
    const webhook = await api.createWebhook({ url: receiver.url, max_delivery_attempts: 1 });
    const first = await Promise.all(
      Array.from({ length: 10 }, () => api.createDelivery(webhook.id, 'first')),
    );
    for (const { id } of first) assert.equal((await api.settled(id)).status, 'succeeded');
    const then = await Promise.all(
      Array.from({ length: 5 }, () => api.createDelivery(webhook.id, 'then')),
    );
    for (const { id } of then) assert.equal((await api.settled(id)).status, 'succeeded');
  });

  test('60 deliveries to an endpoint that hangs in front of 20 healthy ones → the healthy ones arrive long before its timeout', async (t) => {
    const line = await openLine(
      t,
      (request, response) => void (request.path === '/healthy' && response.end()),
    );
    const { api, receiver } = line;
    const hanging = await api.createWebhook({
      url: `${receiver.url}/hanging`,
      delivery_attempt_timeout: 60,
    });
    const healthy = await api.createWebhook({ url: `${receiver.url}/healthy` });
    for (let i = 0; i < 60; i += 1) await api.createDelivery(hanging.id);
    const ids = [];
    for (let i = 0; i < 20; i += 1) ids.push((await api.createDelivery(healthy.id)).id);
    await line.startWorker({ POSTMAND_WORKER_CONCURRENCY: '10' });
    for (const id of ids) assert.equal((await api.settled(id, 10_000)).status, 'succeeded');
  });
});
