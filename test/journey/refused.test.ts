import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { jobCount, openLine } from './line.ts';

suite('a database that refuses attempts for their data', { concurrency: true }, () => {
  test('it refuses any row of an attempt → a delivery is sent once and succeeds, and no attempt says that a worker died', async (t) => {
    const line = await openLine(t);
    await line.pool.query('alter table delivery_attempts add check (id is null)');
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    const { id } = await line.api.createDelivery(webhook.id);
    await line.startWorker();
    const { status, delivery_attempts } = await line.api.settled(id);
    assert.deepEqual(
      [status, delivery_attempts, line.receiver.received.length],
      ['succeeded', 1, 1],
    );
    assert.deepEqual(await line.api.attempts(id), []);
    assert.equal(await jobCount(line), 0);
  });

  test('it refuses any row of an attempt, and the endpoint fails → as many sends as the webhook allows, then failed', async (t) => {
    const line = await openLine(t, (_request, response) => response.writeHead(500).end('😀'));
    await line.pool.query('alter table delivery_attempts add check (id is null)');
    const webhook = await line.api.createWebhook({
      url: line.receiver.url,
      max_delivery_attempts: 2,
    });
    const { id } = await line.api.createDelivery(webhook.id);
    await line.startWorker();
    const { status, delivery_attempts } = await line.api.settled(id);
    assert.deepEqual([status, delivery_attempts, line.receiver.received.length], ['failed', 2, 2]);
  });

  test('it refuses the texts of an isolated send → one attempt with that reason, and not that a worker vanished', async (t) => {
    const line = await openLine(t);
    await line.pool.query(`alter table delivery_attempts add check (raw_request = '')`);
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    const { id } = await line.api.createDelivery(webhook.id);
    await line.pool.query(
      `update postmand_queue.job set data = data || '{"deaths": 5}' where name = 'deliveries'`,
    );
    await line.startWorker();
    assert.equal((await line.api.settled(id)).status, 'succeeded');
    assert.deepEqual(
      (await line.api.attempts(id)).map(({ error }) => error),
      ['request and response are not recorded: the database refused it with SQLSTATE 23514'],
    );
  });
});
