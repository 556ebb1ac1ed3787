import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import type { Row } from './row.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { openScene } from './scene.ts';
import { mountSmallDisk, type SmallDisk } from '../setup/small-disk.ts';
import { startTraffic } from './traffic.ts';

/** A small write-ahead log, so that PostgreSQL soon needs more of it. */
const SMALL = { max_wal_size: '48MB', min_wal_size: '32MB' };

/** PostgreSQL forgets a claim that was not written yet when it panics. */
const FORGOTTEN_MS = 1000;

suite("PostgreSQL's disk is full under load", { concurrency: 2 }, () => {
  test('no room for rows → callers get a 503, and everything goes on when there is room again', async (t) => {
    const disk = await mountSmallDisk(t, 256);
    if (typeof disk === 'string') t.skip(disk);
    else await fillUnderLoad(t, disk, () => Promise.resolve());
  });

  test('no room for its log, so that it panics → the same, after it has been started again', async (t) => {
    const disk = await mountSmallDisk(t, 256);
    if (typeof disk === 'string') t.skip(disk);
    else await fillUnderLoad(t, disk, useUpLog);
  });
});

async function fillUnderLoad(
  t: TestContext,
  disk: SmallDisk,
  worsen: (pool: Pool) => Promise<void>,
): Promise<void> {
  const postgres = await startPostgres(t, SMALL, disk.folder);
  const scene = await openScene(t, { database: postgres.database });
  const traffic = startTraffic(t, scene);
  await scene.worker();
  await scene.worker();
  await traffic.accepted(100);

  const from = performance.now() - FORGOTTEN_MS;
  disk.fill();
  await worsen(postgres.database.pool);
  const answers = (status: number) =>
    scene.processes[0]?.lines.filter(
      (line) => line.event === 'http.request' && line['status'] === status,
    ).length ?? 0;
  await until('callers are told', () => answers(503) >= sized(50, 500), 120_000);
  disk.free();
  const since = new Date();
  await until('PostgreSQL answers', () => revive(postgres), 60_000);
  const to = performance.now();

  await traffic.accepted(100);
  // The workers were cut off from the database for a while, so sends may be repeated (at least
  // once).
  const hit = ({ arrivals }: Row) =>
    arrivals.some(({ at, endedAt = Infinity }) => at < to && endedAt > from);
  await judge(t, scene, {
    traffic,
    since,
    mayRepeat: hit,
    mayOverlap: hit,
    errors: ['dispatch.failed'],
  });
  assert.equal(answers(500), 0);
}

/**
 * Writes to PostgreSQL's log, and nothing else, until it panics for want of room:
 * https://www.postgresql.org/docs/current/wal-internals.html
 */
async function useUpLog(pool: Pool): Promise<void> {
  const write = () =>
    pool.query(`select pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))`).then(
      () => false,
      () => true,
    );
  await until('PostgreSQL panics', write, 60_000);
}

/** Starts it where it is gone: after a panic it does not always come back by itself. */
async function revive({ database: { pool }, restart }: Postgres): Promise<boolean> {
  await restart().catch(() => {});
  return pool.query('select 1').then(
    () => true,
    () => false,
  );
}
