import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { connectionTo } from '../../src/database/connection.ts';
import { listen } from '../../src/database/listening.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { freshDatabase, withDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';

suite('listening', { concurrency: 4 }, () => {
  test('a notification → told; after the end → none, and no session stays', async (t) => {
    const { database, calls, notify, close } = await listening(t);
    await until('told of the beginning', () => calls() === 1);
    await notify();
    await until('told', () => calls() === 2);
    await close();
    await until('its session is gone', async () => (await sessions(database)) === 0);
    await notify();
    assert.equal(calls(), 2);
  });

  test('its session is ended → a warning, and a new one, which is told at once', async (t) => {
    const { database, calls, notify, log } = await listening(t);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ears' and datname = current_database()`,
    );
    await until('told of the new beginning', () => calls() === 2);
    assert.deepEqual(
      log.lines.map(({ level, event }) => [level, event]),
      [['warn', 'queue.error']],
    );
    await notify();
    await until('told', () => calls() === 3);
    assert.equal(await sessions(database), 1);
  });

  test('a way to the server that goes silent → found out within some seconds, and a new session', async (t) => {
    const database = await freshDatabase(t);
    const proxy = await startDatabaseProxy(lastFirst(t), database.url);
    let calls = 0;
    const listener = await listen(await connectionTo(proxy.url), { channel: 'ch', name: 'ears', log: silentLog }, () => (calls += 1));
    lastFirst(t).after(() => listener.close());
    proxy.strand();
    await until('told of the new beginning', () => calls === 2, 40_000);
  });

  test('a role whose idle sessions are ended → it stays', async (t) => {
    const database = await freshDatabase(t);
    const role = await createRole(lastFirst(t), database);
    const { rowCount } = await database.pool.query(`select from pg_settings where name = 'idle_session_timeout'`);
    if (rowCount === 0) return t.skip('PostgreSQL 13 has no such setting');
    await database.pool.query(`alter role ${role.name} set idle_session_timeout = '100ms'`);
    const log = keepingLog();
    const listener = await listen(await connectionTo(role.url), { channel: 'ch', name: 'ears', log }, () => {});
    lastFirst(t).after(() => listener.close());
    await until('it has rested for long', async () => {
      const { rowCount: resting } = await database.pool.query(
        `select from pg_stat_activity
         where application_name = 'ears' and datname = current_database() and state_change < now() - interval '500 ms'`,
      );
      return resting === 1;
    });
    assert.deepEqual(log.lines, []);
  });

  test('a database that is not there at first → rejected', async (t) => {
    const { url } = await freshDatabase(t);
    const nowhere = await connectionTo(withDatabase(url, 'no_such_database'));
    await assert.rejects(
      listen(nowhere, { channel: 'ch', name: 'ears', log: silentLog }, () => {}),
      /"no_such_database" does not exist/,
    );
  });
});

async function listening(context: TestContext) {
  const t = lastFirst(context);
  const database = await freshDatabase(t);
  const log = keepingLog();
  let calls = 0;
  const listener = await listen(database.connection, { channel: 'ch', name: 'ears', log }, () => (calls += 1));
  t.after(() => listener.close());
  return {
    database,
    log,
    calls: () => calls,
    notify: () => database.pool.query(`select pg_notify('ch', '')`),
    close: () => listener.close(),
  };
}

async function sessions({ pool }: TestDatabase): Promise<number | null> {
  const { rowCount } = await pool.query(`select from pg_stat_activity where application_name = 'ears' and datname = current_database()`);
  return rowCount;
}
