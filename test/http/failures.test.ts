import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Client, type PoolClient } from 'pg';
import { createPool } from '../../src/database/pool.ts';
import { createHealth } from '../../src/http/health.ts';
import { listen } from '../../src/commands/ports.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst } from '../setup/last-first.ts';
import { FREE_PORT, keepingLog, silentLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { lockRow } from '../setup/row-lock.ts';
import { startApi, type Api } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { send, UNKNOWN_ID } from './request.ts';

suite('a failure of the server', { concurrency: 4 }, () => {
  test('a write that the database refuses for its data → 500 that does not say why, and the log has the stack under the same id', async (t) => {
    const database = await freshDatabase(t);
    const log = keepingLog();
    const api = await startApi(t, database, { log });
    await database.pool.query('alter table webhooks add constraint unforeseen check (url is null)');

    const { status, body, headers } = await api.call('POST', '/webhooks', SETTINGS);

    assert.equal(status, 500);
    assert.deepEqual(body, { code: 1, message: 'internal server error' });
    const failed = log.lines.filter(({ event }) => event === 'http.failed');
    assert.equal(failed.length, 1);
    assert.equal(failed[0]?.level, 'error');
    assert.equal(failed[0]?.fields['request_id'], headers.get('x-request-id'));
    assert.match(
      (failed[0]?.fields['error'] as Error | undefined)?.stack ?? '',
      /violates check constraint "unforeseen"[^]+ at /,
    );
  });

  test('an answer that openapi.yaml does not describe → 500 where answers are checked', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook();
    const delivery = await api.createDelivery(id);
    await database.pool.query(`update deliveries set status = 'lost'`);
    assert.equal((await api.call('GET', `/deliveries/${delivery.id}`)).status, 500);
  });

  test('the database stops → 503 that says when to try again, for reads and writes; it is back → as before', async (t) => {
    const { database, proxy } = await proxied(t);
    const log = keepingLog();
    const api = await startApi(t, database, { log });
    const webhook = await api.createWebhook();
    await proxy.close();

    await expectUnavailable(api, callsOf(webhook.id));
    const levels = log.lines
      .filter(({ event }) => event === 'http.failed')
      .map(({ level }) => level);
    assert.deepEqual(new Set(levels), new Set(['warn']));

    await proxy.open();
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });
});

suite('a database in trouble', { concurrency: 7 }, () => {
  test('all connections taken → 503 for reads and writes; some free again → as before', async (t) => {
    const database = await withPool(t, { max: 2, waitMs: 2000 });
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    const held: PoolClient[] = [];
    const release = () => held.splice(0).forEach((client) => client.release());
    lastFirst(t).after(release);
    // Each is kept as soon as it is there: where the next one fails, the pool must not wait for it
    // at the end.
    for (let i = 0; i < 2; i += 1) held.push(await database.pool.connect());

    await expectUnavailable(api, callsOf(webhook.id));

    release();
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });

  test('all connections taken, and callers wait long for one → health answers all the same', async (t) => {
    const { pool } = await withPool(t, { max: 1, waitMs: 600_000 });
    const server = await listen(
      createHealth({ pool, metrics: createMetrics(), log: silentLog }),
      FREE_PORT,
    );
    const client = await pool.connect();
    lastFirst(t).after(async () => {
      client.release();
      await server.stop(0);
    });
    const { status, json } = await send('GET', `http://127.0.0.1:${server.port}/healthz`);
    assert.deepEqual([status, json], [500, { success: false }]);
  });

  test('a table that somebody has locked → 503 when a statement has waited for as long as it may, and other requests are served; free again → as before', async (t) => {
    const database = await withPool(t, { max: 5, statementTimeoutMs: 300 });
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    const other = new Client(database.url);
    await other.connect();
    lastFirst(t).after(() => other.end());
    await other.query('begin; lock table deliveries in access exclusive mode');

    await expectUnavailable(api, [
      ['GET', '/deliveries'],
      ['GET', `/deliveries/${UNKNOWN_ID}`],
      ['POST', '/deliveries', { webhook_id: webhook.id, payload: 'x' }],
      ['DELETE', `/deliveries/${UNKNOWN_ID}`],
    ]);
    // Whatever tells of webhooks and attempts looks at deliveries as well.
    await api.createWebhook();

    await other.query('rollback');
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
    assert.equal((await api.call('GET', '/deliveries')).body.deliveries.length, 1);
  });

  test('a database that stops answering during a statement → 503; it answers again → as before', async (t) => {
    const { database, proxy } = await proxied(t, { statementTimeoutMs: 100, waitMs: 3000 });
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    proxy.freeze();

    await expectUnavailable(api, callsOf(webhook.id));

    proxy.thaw();
    await until('it serves again', async () => (await api.call('GET', '/webhooks')).status === 200);
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });

  test('a table that is gone → 503 for requests that need it, and the log says which table; back again → as before', async (t) => {
    const database = await freshDatabase(t);
    const log = keepingLog();
    const api = await startApi(t, database, { log });
    const webhook = await api.createWebhook();
    await database.pool.query('alter table deliveries rename to misplaced');

    await expectUnavailable(api, [
      ['GET', '/deliveries'],
      ['POST', '/deliveries', { webhook_id: webhook.id, payload: 'x' }],
    ]);
    const failed = log.lines.filter(({ event }) => event === 'http.failed');
    assert.deepEqual(new Set(failed.map(({ level }) => level)), new Set(['warn']));
    assert.match(
      (failed[0]?.fields['error'] as Error | undefined)?.stack ?? '',
      /relation "deliveries" does not exist/,
    );

    await database.pool.query('alter table misplaced rename to deliveries');
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });

  test('a password that was changed → 503 for reads and writes; changed back → as before', async (t) => {
    const { database, role } = await withRole(t);
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    await role.lockOut();

    await expectUnavailable(api, callsOf(webhook.id));

    await role.letIn();
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });

  test('read-only for a while → 503 for writes, reads are served; it can be written again → as before at once', async (t) => {
    const { database, role } = await withRole(t);
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    await role.alter('set default_transaction_read_only = on');
    await role.endAll();

    const { reads, writes } = Object.groupBy(callsOf(webhook.id), ([method]) =>
      method === 'GET' ? 'reads' : 'writes',
    );
    await expectUnavailable(api, writes ?? []);
    for (const [method, path] of reads ?? [])
      assert.equal((await api.call(method, path)).status, 200, path);

    await role.alter('reset default_transaction_read_only');
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });

  test('rights that are taken away → 503 for reads and writes; given back → as before', async (t) => {
    const { database, role } = await withRole(t);
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    await role.alter('nosuperuser');

    await expectUnavailable(api, callsOf(webhook.id));

    await role.alter('superuser');
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });

  test('connections that the database ends while a request uses them → 503, and the next request is served', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const webhook = await api.createWebhook();
    const release = await lockRow(t, database, { table: 'webhooks', id: webhook.id });
    const answer = api.call('PUT', `/webhooks/${webhook.id}`, SETTINGS);
    await until('it is cut off', async () => {
      const { rowCount } = await database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount;
    });
    assert.equal((await answer).status, 503);
    await release();
    assert.equal((await api.call('PUT', `/webhooks/${webhook.id}`, SETTINGS)).status, 200);
  });
});

type Call = [method: string, path: string, body?: unknown];

function callsOf(webhookId: string): Call[] {
  return [
    ['GET', '/webhooks'],
    ['GET', `/webhooks/${webhookId}`],
    ['POST', '/webhooks', SETTINGS],
    ['PUT', `/webhooks/${webhookId}`, SETTINGS],
    ['DELETE', `/webhooks/${webhookId}`],
    ['GET', '/deliveries'],
    ['POST', '/deliveries', { webhook_id: webhookId, payload: 'x' }],
    ['DELETE', `/deliveries/${UNKNOWN_ID}`],
    ['GET', '/delivery-attempts'],
  ];
}

/** All at once: each must be answered, whatever the others wait for. */
async function expectUnavailable(api: Api, calls: Call[]): Promise<void> {
  await Promise.all(
    calls.map(async ([method, path, body]) => {
      const answer = await api.call(method, path, body);
      assert.equal(answer.status, 503, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      assert.deepEqual(answer.body, {
        code: 12,
        message: 'service unavailable',
        details: 'try again in a moment',
      });
      assert.equal(answer.headers.get('retry-after'), '2');
    }),
  );
}

type PoolBounds = { max?: number; statementTimeoutMs?: number; waitMs?: number };

async function withPool(t: TestContext, bounds: PoolBounds): Promise<TestDatabase> {
  const { url, connection } = await freshDatabase(t);
  const pool = createPool(connection, { max: 5, name: 'bounded', log: silentLog, ...bounds });
  lastFirst(t).after(() => pool.end());
  return { url, connection, pool };
}

/** A database that is used as a role of its own. */
async function withRole(t: TestContext) {
  const direct = await freshDatabase(t);
  const role = await createRole(t, direct);
  const connection = await connectionTo(role.url);
  const pool = createPool(connection, { max: 5, name: 'as a role', log: silentLog });
  lastFirst(t).after(() => pool.end());
  return { database: { url: role.url, connection, pool }, role };
}

/** A database that can be taken away. */
async function proxied(
  t: TestContext,
  bounds: PoolBounds = {},
): Promise<{ database: TestDatabase; proxy: DatabaseProxy }> {
  const direct = await freshDatabase(t);
  const proxy = await startDatabaseProxy(t, direct.url);
  const connection = await connectionTo(proxy.url);
  const pool = createPool(connection, { max: 5, name: 'proxied', log: silentLog, ...bounds });
  lastFirst(t).after(() => pool.end());
  return { database: { url: proxy.url, connection, pool }, proxy };
}
