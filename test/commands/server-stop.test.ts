import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { lockRow } from '../setup/row-lock.ts';
import { until } from '../setup/until.ts';
import { connected, ending, startServer, endAgain } from './processes.ts';

suite('stopping a server', { concurrency: 4 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} while requests are in flight → they are answered, exit 0, and no new one is accepted`, async (t) => {
      const database = await freshDatabase(t);
      const { server, api } = await startServer(t, database);
      const webhook = await api.createWebhook();
      // Requests that use the webhook wait for its row.
      const release = await lockRow(t, database, { table: 'webhooks', id: webhook.id });
      const answers = Promise.all(
        [1, 2, 3].map((i) =>
          api.call('POST', '/deliveries', { webhook_id: webhook.id, payload: String(i) }),
        ),
      );
      await until('a request waits', async () => {
        const { rows } = await database.pool.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      });

      server.process.kill(signal);
      await server.event('server.stopping');
      await until('no new connection is taken', () => refused(new URL(api.url).port));
      await release();

      assert.deepEqual(
        (await answers).map(({ status }) => status),
        [201, 201, 201],
      );
      assert.deepEqual(await ending(server), { code: 0, signal: null });
      const { rows } = await database.pool.query(
        'select count(*)::integer as count from deliveries',
      );
      assert.deepEqual(rows, [{ count: 3 }]);
    });
  }

  test('SIGTERM with connections that are kept alive after an answer → exit 0 at once', async (t) => {
    const database = await freshDatabase(t);
    const { server, api } = await startServer(t, database);
    for (let i = 0; i < 3; i += 1) assert.equal((await api.call('GET', '/webhooks')).status, 200);
    const startedAt = performance.now();
    assert.deepEqual(await server.end(), { code: 0, signal: null });
    assert.ok(performance.now() - startedAt < 5000);
  });

  test('SIGTERM with a connection on which nothing was ever sent → exit 0 at once', async (t) => {
    const database = await freshDatabase(t);
    const { server, api } = await startServer(t, database, { POSTMAND_SHUTDOWN_GRACE_PERIOD: '8' });
    const silent = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => silent.once('connect', resolve));
    const startedAt = performance.now();
    assert.deepEqual(await server.end(), { code: 0, signal: null });
    assert.ok(performance.now() - startedAt < 5000, 'it waited for the grace period');
  });

  test('SIGTERM while it starts → it stops as at any other time, exit 0', async (t) => {
    const database = await freshDatabase(t);
    const server = postmand(t, ['server'], { env: { POSTMAND_DATABASE_URL: database.url } });
    await connected(database, 'server');
    server.process.kill('SIGTERM');
    assert.deepEqual(await ending(server), { code: 0, signal: null });
  });

  test('SIGTERM with a request that never ends → its connection is cut after the grace period, exit 0', async (t) => {
    const database = await freshDatabase(t);
    const { server, api } = await startServer(t, database, { POSTMAND_SHUTDOWN_GRACE_PERIOD: '1' });
    const endless = await startRequest(Number(new URL(api.url).port));
    const closed = new Promise((resolve) => endless.once('close', resolve));
    const startedAt = performance.now();
    assert.deepEqual(await server.end(), { code: 0, signal: null });
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs >= 900 && tookMs < 8000, `${tookMs} ms`);
    await closed;
  });

  test('a second signal → ends at once, exit 1', async (t) => {
    const database = await freshDatabase(t);
    const { server, api } = await startServer(t, database);
    await startRequest(Number(new URL(api.url).port));
    server.process.kill('SIGTERM');
    await server.event('server.stopping');
    assert.deepEqual(await endAgain(server, 'SIGTERM'), { code: 1, signal: null });
  });
});

function refused(port: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(false)));
    socket.once('error', () => resolve(true));
  });
}

/** Sends the head of a request and half of its body, once the server reads it. */
async function startRequest(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(
    'POST /v1/deliveries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write('{"half":');
  return socket;
}
