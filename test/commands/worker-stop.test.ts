import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { lockTable } from '../setup/table-lock.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { connected, deliverAtOnce, ending, startServer, startWorker } from './processes.ts';

suite('stopping a worker', { concurrency: 2 }, () => {
  test('SIGTERM during 20 sends → they end and are recorded, exit 0 within the grace period, each sent and recorded once', async (t) => {
    const database = await freshDatabase(t);
    const held: ServerResponse[] = [];
    const receiver = await startReceiver(t, (_request, response) => void held.push(response));
    const { api } = await startServer(t, database);
    const worker = await startWorker(t, database, { POSTMAND_SHUTDOWN_GRACE_PERIOD: '20' });
    const ids = await deliverAtOnce(api, receiver.url, 20);
    await receiver.count(20);

    worker.process.kill('SIGTERM');
    await worker.event('worker.stopping');
    const late = (await deliverAtOnce(api, receiver.url, 1))[0] ?? '';
    for (const response of held) response.end();
    const startedAt = performance.now();
    assert.deepEqual(await ending(worker), { code: 0, signal: null });
    assert.ok(performance.now() - startedAt < 10_000);

    for (const id of ids) {
      const delivery = await api.delivery(id);
      assert.deepEqual(
        [delivery.status, delivery.delivery_attempts, (await api.attempts(id)).length],
        ['succeeded', 1, 1],
      );
    }
    assert.equal((await api.delivery(late)).status, 'pending');
    assert.equal(new Set(receiver.received.map(({ body }) => body)).size, receiver.received.length);
    assert.equal(receiver.received.length, 20);
  });

  test('SIGTERM between claim and send → it is sent and recorded all the same, once', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(
      t,
      (_request, response) => void setTimeout(() => response.end(), 300),
    );
    const { api } = await startServer(t, database);
    const [id = ''] = await deliverAtOnce(api, receiver.url, 1);
    const unlock = await lockTable(t, database, 'deliveries');
    const worker = await startWorker(t, database);
    await until('it is claimed', async () => {
      const { rowCount } = await database.pool.query(
        `select from postmand_queue.job where name = 'deliveries' and state = 'active'`,
      );
      return rowCount;
    });

    worker.process.kill('SIGTERM');
    await worker.event('worker.stopping');
    await unlock();
    assert.deepEqual(await ending(worker), { code: 0, signal: null });
    assert.deepEqual(
      [(await api.delivery(id)).status, (await api.attempts(id)).length, receiver.received.length],
      ['succeeded', 1, 1],
    );
  });

  test('sends longer than the grace period → exit 0 soon after, unrecorded, and the next worker delivers them at once', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(t, () => {});
    const { api } = await startServer(t, database);
    const worker = await startWorker(t, database, { POSTMAND_SHUTDOWN_GRACE_PERIOD: '1' });
    const ids = await deliverAtOnce(api, receiver.url, 10);
    await receiver.count(10);

    const startedAt = performance.now();
    assert.deepEqual(await worker.end(), { code: 0, signal: null });
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs >= 900 && tookMs < 8000, `${tookMs} ms`);
    for (const id of ids) {
      const delivery = await api.delivery(id);
      assert.deepEqual(
        [delivery.status, delivery.delivery_attempts, (await api.attempts(id)).length],
        ['pending', 0, 0],
      );
    }

    receiver.answerWith((_request, response) => response.end());
    await startWorker(t, database);
    // Well within the lease of about 25 s: the claims were returned, not left behind.
    for (const id of ids) assert.equal((await api.settled(id, 10_000)).status, 'succeeded');
    for (const id of ids) assert.equal((await api.attempts(id)).length, 1);
    assert.equal(receiver.received.length, 20);
  });

  test('SIGTERM while it starts → it stops as at any other time, exit 0', async (t) => {
    const database = await freshDatabase(t);
    const worker = postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: database.url } });
    await connected(database, 'worker');
    worker.process.kill('SIGTERM');
    assert.deepEqual(await ending(worker), { code: 0, signal: null });
  });

  test('SIGINT while idle → exit 0 at once', async (t) => {
    const database = await freshDatabase(t);
    const worker = await startWorker(t, database);
    const startedAt = performance.now();
    assert.deepEqual(await worker.end('SIGINT'), { code: 0, signal: null });
    assert.ok(performance.now() - startedAt < 5000);
    assert.equal(worker.output.stderr, '');
  });

  test('a signal that comes twice at once, as at Ctrl-C under npm → sends end and are recorded, exit 0', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(
      t,
      (_request, response) => void setTimeout(() => response.end(), 300),
    );
    const { api } = await startServer(t, database);
    const worker = await startWorker(t, database);
    const [id = ''] = await deliverAtOnce(api, receiver.url, 1);
    await receiver.count(1);
    worker.process.kill('SIGINT');
    await worker.event('worker.stopping');
    worker.process.kill('SIGINT');
    assert.deepEqual(await ending(worker), { code: 0, signal: null });
    assert.equal((await api.delivery(id)).status, 'succeeded');
  });

  test('a second signal → ends at once, exit 1', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(t, () => {});
    const { api } = await startServer(t, database);
    const worker = await startWorker(t, database);
    await deliverAtOnce(api, receiver.url, 1);
    await receiver.count(1);
    worker.process.kill('SIGTERM');
    await worker.event('worker.stopping');
    assert.deepEqual(await worker.end('SIGINT'), { code: 1, signal: null });
  });
});
