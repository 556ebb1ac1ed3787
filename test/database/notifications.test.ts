import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Notifications } from '../../src/database/notifications.ts';
import { ServerState } from '../../src/database/server-state.ts';
import { connectionTo } from '../setup/connection.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';

const NAME = 'under test';
const ONE_WARNING = [['warn', 'queue.error']];

suite('notifications', { concurrency: 4 }, () => {
  test('a notification → reported; after the end → none, and no session stays', async (t) => {
    const { notifications, database, calls } = await started(t);
    assert.equal(calls(), 1, 'told of the beginning');
    assert.equal(notifications.isHeard, false);
    await notify(database);
    await until('told', () => calls() === 2);
    assert.equal(notifications.isHeard, true);
    await notifications.close();
    assert.equal(notifications.isHeard, false);
    await sessionsAre(database, 0);
    await notify(database);
    assert.equal(calls(), 2);
  });

  test('its session is ended → a warning and a new session, which is reported at once', async (t) => {
    const { database, calls, said } = await started(t);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()`,
      [NAME],
    );
    await until('told of the new beginning', () => calls() === 2);
    assert.deepEqual(said(), ONE_WARNING);
    await notify(database);
    await until('told', () => calls() === 3);
    await sessionsAre(database, 1);
  });

  test('a network to the server that goes silent → noticed within some seconds, and a new session', async (t) => {
    const { proxy, calls } = await started(t);
    proxy.strand();
    await until('told of the new beginning', () => calls() === 2, 40_000);
  });

  test('a role whose idle sessions are ended → its session stays', async (t) => {
    const { notifications, database, role, said } = await prepared(t);
    const { rowCount } = await database.pool.query(
      `select from pg_settings where name = 'idle_session_timeout'`,
    );
    if (rowCount === 0) return t.skip('PostgreSQL 13 has no such setting');
    await role.alter(`set idle_session_timeout = '100ms'`);
    await notifications.start();
    await until('it has rested for long', async () => {
      const { rowCount: resting } = await database.pool.query(
        `select from pg_stat_activity
         where application_name = $1 and datname = current_database()
           and state_change < now() - interval '500 ms'`,
        [NAME],
      );
      return resting === 1;
    });
    assert.deepEqual(said(), []);
  });
});

suite('notifications that are not possible at the start', { concurrency: 4 }, () => {
  test('no connection is free for it → rejected, and tried again until one is, which is reported', async (t) => {
    const { notifications, database, role, calls, said } = await prepared(t);
    await role.alter('nosuperuser connection limit 0');
    await assert.rejects(notifications.start(), { code: '53300' });
    await until('tried again', () => said().length === 1);
    await role.alter('connection limit 1');
    await until('told of the beginning', () => calls() === 1);
    await notify(database);
    await until('told', () => calls() === 2);
  });

  for (const [what, end] of [
    ['the end', ({ notifications }: Prepared) => notifications.close()],
    ['a server that turns read-only', ({ server }: Prepared) => server.foundReadOnly(true)],
  ] as const) {
    test(`a connection that is cut before LISTEN is answered → one new session, which ends with ${what}`, async (t) => {
      const parts = await prepared(t);
      parts.proxy.cutAt('listen ch');
      await assert.rejects(parts.notifications.start(), /Connection terminated/);
      await sessionsAre(parts.database, 1);
      await until('told of the beginning', () => parts.calls() === 1);
      await end(parts);
      await sessionsAre(parts.database, 0);
    });
  }

  test('closed → not tried again', async (t) => {
    const { notifications, another, database, role, calls } = await prepared(t);
    await role.alter('nosuperuser connection limit 0');
    await assert.rejects(notifications.start());
    // Its pause has the same length and begins later.
    const later = another();
    await assert.rejects(later.start());
    await notifications.close();
    await role.alter('connection limit 2');
    await until('the later one is told of its beginning', () => calls() === 1);
    await sessionsAre(database, 1);
  });
});

suite('notifications while the server turns read-only and back', { concurrency: 4 }, () => {
  test('read-only → its session ends; writable again → a new one at once, without a warning', async (t) => {
    const { server, database, calls, said } = await started(t);
    server.foundReadOnly(true);
    await sessionsAre(database, 0);
    server.foundReadOnly(false);
    await until('told of the new beginning', () => calls() === 2);
    await sessionsAre(database, 1);
    assert.deepEqual(said(), []);
  });

  test('opened while it turns → that session ends, as it may lead to the old server', async (t) => {
    const { notifications, server, proxy, database, calls, said } = await prepared(t);
    proxy.freeze();
    const starting = notifications.start();
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    proxy.thaw();
    await starting;
    await until('told of the beginning', () => calls() === 1);
    await sessionsAre(database, 1);
    assert.deepEqual([calls(), said()], [1, []]);
  });

  test('a session that cannot be opened after a turn → a warning, and tried again until it is open', async (t) => {
    const { server, role, calls, said } = await started(t);
    await role.alter('nosuperuser connection limit 0');
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    await until('it failed', () => said().length === 1);
    await role.alter('connection limit 1');
    await until('told of the new beginning', () => calls() === 2);
    assert.deepEqual(said()[0], ONE_WARNING[0]);
  });

  test('closed while it opens → no session stays, and no turn opens another one', async (t) => {
    const { notifications, server, proxy, database, calls } = await prepared(t);
    proxy.freeze();
    const starting = notifications.start();
    const closed = notifications.close();
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    proxy.thaw();
    await Promise.all([starting, closed]);
    await sessionsAre(database, 0);
    assert.equal(calls(), 0);
  });
});

type Prepared = Awaited<ReturnType<typeof prepared>>;

/** Notifications that have not started, of a role of their own and by way of a proxy. */
async function prepared(context: TestContext) {
  const t = lastFirst(context);
  const database = await freshDatabase(t, 'template0');
  const role = await createRole(t, database);
  const proxy = await startDatabaseProxy(t, role.url);
  const server = new ServerState();
  const log = keepingLog();
  let calls = 0;
  const connection = await connectionTo(proxy.url);
  const another = () => {
    const one = new Notifications(
      { connection, channel: 'ch', name: NAME, server, log },
      () => (calls += 1),
    );
    t.after(() => one.close());
    return one;
  };
  const said = () => log.lines.map(({ level, event }) => [level, event]);
  return {
    database,
    role,
    proxy,
    server,
    another,
    notifications: another(),
    calls: () => calls,
    said,
  };
}

async function started(context: TestContext): Promise<Prepared> {
  const parts = await prepared(context);
  await parts.notifications.start();
  return parts;
}

async function notify({ pool }: TestDatabase): Promise<void> {
  await pool.query(`select pg_notify('ch', '')`);
}

async function sessionsAre({ pool }: TestDatabase, count: number): Promise<void> {
  await until(`${count} sessions`, async () => {
    const { rowCount } = await pool.query(
      'select from pg_stat_activity where application_name = $1 and datname = current_database()',
      [NAME],
    );
    return rowCount === count;
  });
}
