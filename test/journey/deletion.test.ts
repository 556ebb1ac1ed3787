import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { until } from '../setup/until.ts';
import { jobCount, makeDue, openLine, startLine, type Line } from './line.ts';

const KINDS = ['delivery', 'webhook'] as const;

suite('deletion', { concurrency: 4 }, () => {
  for (const kind of KINDS) {
    test(`a ${kind} deleted before the first send → no request`, async (t) => {
      const line = await openLine(t);
      const { path } = await doomed(line, kind);
      assert.equal((await line.api.call('DELETE', path)).status, 204);
      await line.startWorker();
      await assertGoesOn(line);
      assert.deepEqual(bodies(line), ['canary']);
      assert.equal((await line.api.call('GET', path)).status, 404);
    });

    test(`a ${kind} deleted during a send → no further request, nothing recorded`, async (t) => {
      const answers: ServerResponse[] = [];
      const line = await startLine(
        t,
        (request, response) =>
          void (request.body === 'canary' ? response.end() : answers.push(response)),
      );
      const { path, deliveryId } = await doomed(line, kind);
      await line.receiver.count(1);
      assert.equal((await line.api.call('DELETE', path)).status, 204);
      answers[0]?.writeHead(500).end();
      await assertGoesOn(line);
      assert.deepEqual(bodies(line), ['doomed', 'canary']);
      assert.deepEqual(await line.api.attempts(deliveryId), []);
    });

    test(`a ${kind} deleted between two attempts → no further request`, async (t) => {
      const line = await startLine(t, (request, response) =>
        response.writeHead(request.body === 'canary' ? 200 : 500).end(),
      );
      const { path, deliveryId } = await doomed(line, kind);
      await until(
        'the first attempt is recorded',
        async () => (await line.api.attempts(deliveryId)).length === 1,
      );
      assert.equal((await line.api.call('DELETE', path)).status, 204);
      await makeDue(line, deliveryId);
      await assertGoesOn(line);
      assert.deepEqual(bodies(line), ['doomed', 'canary']);
      assert.deepEqual(await line.api.attempts(deliveryId), []);
    });
  }

  test('webhooks deleted at any moment while 60 deliveries are on their way → 204 each time, no error, the others all arrive', async (t) => {
    const line = await startLine(
      t,
      (_request, response, number) => void setTimeout(() => response.end(), (number * 7) % 40),
    );
    const { api, receiver } = line;
    const [stays, ...goers] = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((i) => api.createWebhook({ url: `${receiver.url}/${i}` })),
    );
    const kept: string[] = [];
    const statuses = new Set<number>();
    const busy = Promise.all(
      Array.from({ length: 60 }, async (_one, i) => {
        if (i % 2 === 0) kept.push((await api.createDelivery(stays?.id ?? '', 'canary')).id);
        else
          statuses.add(
            (
              await api.call('POST', '/deliveries', {
                webhook_id: goers[i % goers.length]?.id,
                payload: 'doomed',
              })
            ).status,
          );
      }),
    );
    for (const { id } of goers) {
      await until('some progress', () => receiver.received.some(({ body }) => body === 'canary'));
      assert.equal((await api.call('DELETE', `/webhooks/${id}`)).status, 204);
    }
    await busy;
    assert.deepEqual(new Set([...statuses, 404]), new Set([201, 404]));
    for (const id of kept) assert.equal((await api.settled(id)).status, 'succeeded');
    await until('the queue is empty', async () => (await jobCount(line)) === 0);
    const { rows } = await line.pool.query(
      'select id from webhooks union all select webhook_id from deliveries where payload = $1',
      ['doomed'],
    );
    assert.deepEqual(rows, [{ id: stays?.id }]);
    assert.deepEqual(line.errors(), []);
  });
});

async function doomed(
  { api, receiver }: Line,
  kind: (typeof KINDS)[number],
): Promise<{ path: string; deliveryId: string }> {
  const webhook = await api.createWebhook({
    url: receiver.url,
    retry_min_backoff: 200,
    retry_max_backoff: 200,
  });
  const delivery = await api.createDelivery(webhook.id, 'doomed');
  return {
    path: kind === 'webhook' ? `/webhooks/${webhook.id}` : `/deliveries/${delivery.id}`,
    deliveryId: delivery.id,
  };
}

/** No job of a deleted delivery remains, another delivery arrives, and no error was logged. */
async function assertGoesOn(line: Line): Promise<void> {
  await until('the queue is empty', async () => (await jobCount(line)) === 0);
  const webhook = await line.api.createWebhook({ url: line.receiver.url });
  const canary = await line.api.createDelivery(webhook.id, 'canary');
  assert.equal((await line.api.settled(canary.id)).status, 'succeeded');
  assert.deepEqual(line.errors(), []);
}

function bodies({ receiver }: Line): string[] {
  return receiver.received.map(({ body }) => body);
}
