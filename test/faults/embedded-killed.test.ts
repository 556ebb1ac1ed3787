import assert from 'node:assert/strict';
import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { createPool } from '../../src/database/pool.ts';
import { emptyFolder } from '../commands/processes.ts';
import { connectionTo } from '../setup/connection.ts';
import { postmand, type Command } from '../setup/command.ts';
import type { TestDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { apiAt } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { givenUp } from './claims.ts';
import { chanceOf, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import type { Row } from './row.ts';
import { duringOf, FORGOTTEN_MS, type Outage } from './outages.ts';
import { openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';

/** What a process may log while its database is away. */
const OUTAGE = new Set(['dispatch.failed', 'postgres.not_started']);

/**
 * What PostgreSQL has forgotten may still be sent until its owner extends its lease next, which it
 * does every 3.3 s.
 */
const NOTICED_MS = 4000;

test('SIGKILL of the PostgreSQL of `start` under load → started again each time, and what was accepted is delivered', async (t) => {
  const { command, home, port } = await startAll(t);
  const database = await databaseIn(t, home);
  // The process is killed and not the machine, so what it wrote stays. Its claims are written in
  // time, however busy the disk is.
  await database.pool.query('alter system set fsync = off');
  await database.pool.query('select pg_reload_conf()');
  const serve = async () => ({ server: command, api: apiAt(`http://127.0.0.1:${port}`) });
  const scene = await openScene(t, { database, serve });
  // The tables are judged while it runs: it takes its PostgreSQL with it.
  scene.processes.length = 0;
  const traffic = startTraffic(t, scene);
  const chance = chanceOf('killed embedded');
  const outages: Outage[] = [];
  let since = new Date();
  for (let round = 1; round <= sized(3, 10); round += 1) {
    await traffic.accepted(40);
    await chance.pause(0, 500);
    const from = performance.now() - FORGOTTEN_MS;
    process.kill(await postmasterOf(home), 'SIGKILL');
    since = new Date();
    await until(
      'it is started again',
      () =>
        command.lines.filter(({ event }) => event === 'postgres.started_again').length === round,
      60_000,
    );
    outages.push({ from, to: performance.now() + NOTICED_MS });
  }
  await traffic.accepted(60);
  const hit = (row: Row) => duringOf(outages, row) > 0 || givenUp([command]).has(row.id);
  await judge(t, scene, {
    traffic,
    since,
    mayRepeat: hit,
    mayOverlap: hit,
    mostRepeats: outages.length,
  });
  const errors = command.lines.filter(
    ({ level, event }) => level === 'error' && !OUTAGE.has(event),
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(await command.end(), { code: 0, signal: null });
});

async function startAll(t: TestContext): Promise<{ command: Command; home: string; port: number }> {
  const folder = await emptyFolder(t);
  await chmod(folder, 0o711);
  const home = path.join(folder, 'data');
  lastFirst(t).after(async () => {
    const pid = await postmasterOf(home).catch(() => undefined);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  });
  const command = postmand(t, ['start'], { env: { POSTMAND_DATA_DIR: home } });
  const banner = /API +http:\/\/localhost:(\d+)/;
  const [, port] = await until(
    `the banner; ${command.output.stderr}`,
    () => banner.exec(command.output.stdout),
    60_000,
  );
  return { command, home, port: Number(port) };
}

async function databaseIn(t: TestContext, home: string): Promise<TestDatabase> {
  const [password, lock] = await Promise.all(
    ['password', 'postgres/postmaster.pid'].map((name) => readFile(path.join(home, name), 'utf8')),
  );
  const url = `postgres://postmand:${password}@127.0.0.1:${lock?.split('\n')[3]}/postgres?sslmode=disable`;
  const connection = await connectionTo(url);
  const pool = createPool(connection, { max: 10, name: 'test', log: silentLog });
  lastFirst(t).after(() => pool.end());
  return { url, connection, pool };
}

async function postmasterOf(home: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(home, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}
