import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { claimed, endLeases } from './claims.ts';
import { LONG } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, type Scene } from './scene.ts';
import { lockTable } from '../setup/table-lock.ts';
import { CALM, startTraffic } from './traffic.ts';

const LONG_LOCK_MS = 420_000;

/** How often a delivery loses its claim in the short form: more than enough to count as poison. */
const LOSSES = 7;

test('somebody keeps the table of deliveries locked for many leases → everything is delivered afterwards', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const traffic = startTraffic(t, scene, CALM);
  const worker = await scene.worker();
  await traffic.accepted(60);
  await worker.end('SIGTERM');
  // These wait, so that a worker claims them; those that come later wait for the lock.
  await traffic.accepted(60);
  const unlock = await lockTable(t, scene.database, 'deliveries');
  await scene.worker();
  const cut = new Set<string>();
  await until('claims', async () => (await claimed(pool)).size > 0);
  if (LONG) await new Promise((resolve) => setTimeout(resolve, LONG_LOCK_MS));
  else await loseClaims(scene, cut);
  const lost = await mostLost(scene);
  // Real leases are extended meanwhile, and what is handed back keeps its count.
  if (LONG) assert.equal(lost, 0);
  const since = new Date();
  await unlock();
  await traffic.accepted(60);
  // The short form takes claims from a worker that lives: what it could read at last it sends, and
  // then its new owner does.
  const mine = ({ id }: { id: string }) => cut.has(id);
  const rows = await judge(t, scene, {
    traffic,
    since,
    mayRepeat: mine,
    mayOverlap: mine,
    errors: ['dispatch.failed'],
  });
  t.diagnostic(`${rows.length} deliveries; a claim was lost up to ${lost} times`);
});

/**
 * What time-outs and the ends of leases do in minutes: ends the statements of workers that wait for
 * the lock, so that they hand their claims back and claim again, and the leases of their claims.
 * Those are noted in `cut`.
 */
async function loseClaims(scene: Scene, cut: Set<string>): Promise<void> {
  const { pool } = scene.database;
  await until('enough losses', async () => {
    await pool.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'postmand worker'
         and wait_event_type = 'Lock'`,
    );
    for (const id of await endLeases(pool)) cut.add(id);
    return (await mostLost(scene)) >= LOSSES;
  });
}

/** The most claims of one delivery that ran out so far. */
async function mostLost({ database: { pool } }: Scene): Promise<number> {
  const { rows } = await pool.query<{ lost: number }>(
    `select max(retry_count + coalesce((data ->> 'deaths')::int, 0)) as lost from postmand_queue.job where name = 'deliveries'`,
  );
  return rows[0]?.lost ?? 0;
}
