import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { createHealth } from '../../src/http/health.ts';
import { listen } from '../../src/commands/ports.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { connectionTo } from '../setup/connection.ts';
import { freshDatabase, withDatabase } from '../setup/database.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst } from '../setup/last-first.ts';
import { FREE_PORT, silentLog } from '../setup/parts.ts';
import { send } from './request.ts';

const GREEN = { status: 200, body: { success: true } };
const RED = { status: 500, body: { success: false } };

suite('/healthz', { concurrency: 4 }, () => {
  test('the database answers → green', async (t) => {
    const { pool } = await freshDatabase(t);
    assert.deepEqual(await healthOf(await startHealth(t, pool)), GREEN);
  });

  test('every connection is closed for good → red', async (t) => {
    const { connection } = await freshDatabase(t);
    const pool = createPool(connection, { max: 2, name: 'to be ended', log: silentLog });
    const url = await startHealth(t, pool);
    await pool.end();
    assert.deepEqual(await healthOf(url), RED);
  });

  test('the database dropped → red', async (t) => {
    const { pool, url: databaseUrl } = await freshDatabase(t);
    const url = await startHealth(t, pool);
    assert.deepEqual(await healthOf(url), GREEN);
    const server = new Client(withDatabase(databaseUrl, 'postgres'));
    await server.connect();
    await server.query(`drop database ${new URL(databaseUrl).pathname.slice(1)} with (force)`);
    await server.end();
    assert.deepEqual(await healthOf(url), RED);
  });

  test('the database gone and back → red and green', async (t) => {
    const { proxy, url } = await behindProxy(t);
    await proxy.close();
    assert.deepEqual(await healthOf(url), RED);
    await proxy.open();
    assert.deepEqual(await healthOf(url), GREEN);
  });

  test('the database read-only → red; writable again → green at once, whatever was opened meanwhile', async (t) => {
    const database = await freshDatabase(t);
    const pool = createPool(database.connection, { max: 3, name: 'to be asked', log: silentLog });
    lastFirst(t).after(() => pool.end());
    const url = await startHealth(t, pool);
    await setReadOnly(database.pool, 'on');
    // Connections are opened by what only reads, and some are in use when health is asked for.
    const busy = Promise.all(Array.from({ length: 2 }, () => pool.query('select pg_sleep(0.2)')));
    assert.deepEqual(await healthOf(url), RED);
    await busy;
    assert.deepEqual(await healthOf(url), RED);
    await setReadOnly(database.pool, 'off');
    assert.deepEqual(await healthOf(url), GREEN);
    await inTransaction(pool, (tx) => tx.query('create table written (n integer)'));
  });

  test('the server of one connection has turned read-only, and new connections may write → red once, then green', async (t) => {
    const database = await freshDatabase(t);
    const pool = createPool(database.connection, { max: 2, name: 'left behind', log: silentLog });
    lastFirst(t).after(() => pool.end());
    const url = await startHealth(t, pool);
    await pool.query('set default_transaction_read_only = on');
    assert.deepEqual(await healthOf(url), RED);
    assert.deepEqual(await healthOf(url), GREEN);
  });

  test('a database that hangs → red before a health check gives up', async (t) => {
    const { proxy, url } = await behindProxy(t);
    proxy.freeze();
    const startedAt = performance.now();
    assert.deepEqual(await healthOf(url), RED);
    assert.ok(performance.now() - startedAt < 4500, 'health checks wait 5 s');
    proxy.thaw();
  });

  test('another method on /healthz → 405 with code 9; another path → 404 with code 8', async (t) => {
    const { pool } = await freshDatabase(t);
    const url = await startHealth(t, pool);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers, json } = await send(method, `${url}/healthz`);
      assert.deepEqual(
        [status, headers.allow, json],
        [405, 'GET, HEAD', { code: 9, message: 'method not allowed' }],
        method,
      );
    }
    for (const path of [
      '/',
      '/health',
      '/healthz/x',
      '/HEALTHZ',
      '/v1/webhooks',
      '/swagger/index.html',
    ]) {
      const { status, json } = await send('GET', `${url}${path}`);
      assert.deepEqual([status, json], [404, { code: 8, message: 'route not found' }], path);
    }
  });
});

async function startHealth(t: TestContext, pool: Pool): Promise<string> {
  const server = await listen(
    createHealth({ pool, metrics: createMetrics(), log: silentLog }),
    FREE_PORT,
  );
  t.after(() => server.stop(0));
  return `http://127.0.0.1:${server.port}`;
}

/** The health of a pool whose database can be taken away. */
async function behindProxy(t: TestContext) {
  const database = await freshDatabase(t);
  const proxy = await startDatabaseProxy(t, database.url);
  const pool = createPool(await connectionTo(proxy.url), {
    max: 2,
    name: 'proxied',
    log: silentLog,
  });
  t.after(() => pool.end());
  const url = await startHealth(t, pool);
  assert.deepEqual(await healthOf(url), GREEN);
  return { proxy, url };
}

async function healthOf(url: string): Promise<{ status: number; body: unknown }> {
  const { status, json } = await send('GET', `${url}/healthz`);
  return { status, body: json };
}

/** For sessions that begin from now on. */
async function setReadOnly(pool: Pool, value: 'on' | 'off'): Promise<void> {
  await pool.query(`do $$ begin
    execute format(
      'alter database %I set default_transaction_read_only = ${value}', current_database()
    );
  end $$`);
}
