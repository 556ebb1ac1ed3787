import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { connectionTo } from '../../src/database/connection.ts';
import { createPool } from '../../src/database/pool.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startDatabaseProxy, type DatabaseProxy } from '../setup/database-proxy.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { SETTINGS, startApi } from '../setup/service.ts';
import { UNKNOWN_ID } from './request.ts';

suite('a failure of ours', { concurrency: 4 }, () => {
  test('a table that is gone → 500 without a word about it, and the log has the stack under the same request id', async (t) => {
    const database = await freshDatabase(t);
    const log = keepingLog();
    const api = await startApi(t, database, log);
    await database.pool.query('drop table deliveries cascade');

    const { status, body, headers } = await api.call('GET', '/deliveries');

    assert.equal(status, 500);
    assert.deepEqual(body, { code: 1, message: 'internal server error' });
    const failed = log.lines.filter(({ event }) => event === 'http.failed');
    assert.equal(failed.length, 1);
    assert.equal(failed[0]?.level, 'error');
    assert.equal(failed[0]?.fields['requestId'], headers.get('x-request-id'));
    assert.match((failed[0]?.fields['error'] as Error | undefined)?.stack ?? '', /relation "deliveries" does not exist[^]+ at /);
  });

  test('an answer that openapi.yaml does not have → 500 where answers are checked', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook();
    const delivery = await api.createDelivery(id);
    await database.pool.query(`update deliveries set status = 'lost'`);
    assert.equal((await api.call('GET', `/deliveries/${delivery.id}`)).status, 500);
  });

  test('the database gone → 503 that says when to come again, for reads and writes; back again → as before', async (t) => {
    const { database, proxy } = await proxied(t);
    const log = keepingLog();
    const api = await startApi(t, database, log);
    const webhook = await api.createWebhook();
    await proxy.close();

    for (const [method, path, body] of [
      ['GET', '/webhooks'],
      ['GET', `/webhooks/${webhook.id}`],
      ['POST', '/webhooks', SETTINGS],
      ['PUT', `/webhooks/${webhook.id}`, SETTINGS],
      ['DELETE', `/webhooks/${webhook.id}`],
      ['GET', '/deliveries'],
      ['POST', '/deliveries', { webhook_id: webhook.id, payload: 'x' }],
      ['DELETE', `/deliveries/${UNKNOWN_ID}`],
      ['GET', '/delivery-attempts'],
    ] as const) {
      const answer = await api.call(method, path, body);
      assert.equal(answer.status, 503, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      assert.deepEqual(answer.body, { code: 12, message: 'service unavailable', details: 'try again in a moment' });
      assert.equal(answer.headers.get('retry-after'), '2');
    }
    const levels = log.lines.filter(({ event }) => event === 'http.failed').map(({ level }) => level);
    assert.deepEqual(new Set(levels), new Set(['warn']));

    await proxy.open();
    assert.equal((await api.createDelivery(webhook.id)).status, 'pending');
  });
});

/** A database that can be taken away. */
async function proxied(t: TestContext): Promise<{ database: TestDatabase; proxy: DatabaseProxy }> {
  const direct = await freshDatabase(t);
  const proxy = await startDatabaseProxy(t, direct.url);
  const connection = await connectionTo(proxy.url);
  const pool = createPool(connection, { max: 5, name: 'proxied', log: silentLog });
  t.after(() => pool.end());
  return { database: { url: proxy.url, connection, pool }, proxy };
}
