import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { connectionTo } from '../setup/connection.ts';
import type { Command } from '../setup/command.ts';
import { startDatabaseProxy } from '../setup/database-proxy.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { createRole } from '../setup/role.ts';
import { until } from '../setup/until.ts';
import { givenUp } from './claims.ts';
import { ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import type { Row } from './row.ts';
import { startPostgres } from './postgres.ts';
import { openScene, type Scene } from './scene.ts';
import { CALM, startTraffic } from './traffic.ts';

/** How long deliveries may take to flow again once there is a server that can be written. */
const FLOWS_AGAIN_MS = 10_000;

suite('the server that connections lead to turns read-only', { concurrency: 2 }, () => {
  test('new connections may write → everything goes on within 10 s, and no older connection is kept', async (t) => {
    const { database } = await startPostgres(t);
    const { pool } = database;
    const role = await createRole(t, database);
    const scene = await openScene(t, { database, url: role.url });
    const traffic = startTraffic(t, scene, CALM);
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await traffic.accepted(60);
      // What is opened from here on may write, and is kept.
      const before = new Date();
      await alter(pool, `role ${role.name} set default_transaction_read_only = off`);
      await setReadOnly(pool, true);
      since = new Date();
      await flowsAgain(scene, since);
      await until('none from before is left', async () => (await ours(pool, before)).length === 0);
      assert.ok((await ours(pool)).includes('postmand worker listen'));
      await setReadOnly(pool, false);
      await alter(pool, `role ${role.name} reset default_transaction_read_only`);
    }
    await traffic.accepted(60);
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: gaveUp(scene),
      errors: ['dispatch.failed'],
    });
  });

  test('a standby takes its place → health is red meanwhile, then everything goes on within 10 s, and no connection to the old server is kept', async (t) => {
    const primary = await startPostgres(t);
    const standby = await primary.standby();
    const proxy = await startDatabaseProxy(lastFirst(t), primary.database.url);
    const database = await openDatabase(t, proxy.url);
    const scene = await openScene(t, { database });
    const traffic = startTraffic(t, scene, CALM);
    const worker = await scene.worker();
    await traffic.accepted(60);

    await setReadOnly(primary.database.pool, true);
    for (const command of scene.processes) await healthIs(command, 500);
    await standby.caughtUp();
    // The name leads to the standby before it is one that can be written.
    proxy.leadTo(standby.url);
    await until(
      'nobody is left on the old server',
      async () => (await ours(primary.database.pool)).length === 0,
    );
    for (const command of scene.processes) await healthIs(command, 500);
    await standby.promote();
    const since = new Date();
    // The test itself reads there now.
    await until('it can be written', () => database.pool.isWritable());
    await flowsAgain(scene, since);

    for (const command of scene.processes) await healthIs(command, 200);
    await until('the worker listens there', async () =>
      (await ours(database.pool)).includes('postmand worker listen'),
    );
    const said = worker.lines
      .map(({ event }) => event)
      .filter((event) => /^database\.(read_only|writable)$/.test(event));
    assert.deepEqual(said, ['database.read_only', 'database.writable']);
    await traffic.accepted(60);
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: gaveUp(scene),
      errors: ['dispatch.failed'],
    });
  });
});

async function openDatabase(t: Cleanup, url: string) {
  const connection = await connectionTo(url);
  const pool = createPool(connection, { max: 10, name: 'test', log: silentLog });
  lastFirst(t).after(() => pool.end());
  return { url, connection, pool };
}

/** Waits until a delivery that was accepted after `since` has been delivered. */
async function flowsAgain({ database: { pool } }: Scene, since: Date): Promise<void> {
  const sql = `select from deliveries where status = 'succeeded' and created_at > $1 limit 1`;
  await until(
    'deliveries flow again',
    async () => (await pool.query(sql, [since])).rowCount,
    FLOWS_AGAIN_MS,
  );
}

/** The connections of our processes to a server, those only that were opened before `before`. */
async function ours(pool: Pool, before = new Date(8e15)): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select application_name as name from pg_stat_activity where application_name like 'postmand %' and backend_start < $1`,
    [before],
  );
  return rows.map(({ name }) => name);
}

/**
 * Whether transactions of all sessions, those that are open too, may write; but for those of roles
 * that say otherwise.
 */
async function setReadOnly(pool: Pool, value: boolean): Promise<void> {
  await alter(
    pool,
    value
      ? 'system set default_transaction_read_only = on'
      : 'system reset default_transaction_read_only',
  );
  await pool.query('select pg_reload_conf()');
}

/** Whatever this session may do by itself. */
async function alter(pool: Pool, what: string): Promise<void> {
  const client = await pool.connect();
  await client.query('set default_transaction_read_only = off');
  await client.query(`alter ${what}`).finally(() => client.release(true));
}

async function healthIs(command: Command, status: number): Promise<void> {
  const healthPort = command.lines.find(({ event }) => event.endsWith('.started'))?.['health_port'];
  await until(
    `health is ${status}`,
    async () => (await fetch(`http://127.0.0.1:${String(healthPort)}/healthz`)).status === status,
    FLOWS_AGAIN_MS,
  );
}

/** What a worker gave up, as it could not extend its lease in time, is sent again. */
function gaveUp({ processes }: Scene): (row: Row) => boolean {
  return ({ id }) => givenUp(processes).has(id);
}
