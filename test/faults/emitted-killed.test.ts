import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { countEmitted, countWaiting, emitRows, type EmittedRow } from '../setup/outbox.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { openScene } from './scene.ts';
import { nobodyWaits } from './settling.ts';

/** Where a worker is held before it is killed: it fans out, notes that, and takes in. */
const MOMENTS = [
  ['deliveries', 'share', '%as pair (nth, webhook_id)%'],
  ['events', 'share', '%update events%'],
  ['postmand_queue.job', 'access exclusive', '%postmand_queue.job%'],
] as const;

test('a worker is killed while it chooses who gets emitted events, or commits that, or takes the deliveries in → each who subscribed gets each event once, in order', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const paths = ['/subscribed/1', '/subscribed/2'];
  for (const path of paths) {
    const settings = { event_types: ['order.paid'] };
    await scene.webhook(path, () => 200, { end: 'succeeded', settings });
  }
  const emitted: EmittedRow[] = [];
  const cut = new Set<string>();
  for (const [table, mode, statement] of MOMENTS) {
    const rows = rowsOf(table);
    emitted.push(...rows);
    await emitRows(pool, rows);
    const unlock = await lockTable(t, scene.database, table, mode);
    const doomed = await scene.worker();
    await until('the worker is held', () => isHeld(pool, statement));
    await doomed.end('SIGKILL');
    await unlock();
    await nobodyWaits(pool);
    const ids = await claimed(pool);
    for (const id of ids) cut.add(id);
    await expire(pool, ids);
  }
  await scene.worker();
  await until(
    'all have ended',
    async () => (await countEmitted(pool)) === 0 && (await isSettled(pool)),
    60_000,
  );
  assert.equal(await countWaiting(pool), 0);

  const { rows } = await pool.query<{ line: string }>(
    `select w.url || ' ' || e.payload as line
     from deliveries d join webhooks w on w.id = d.webhook_id join events e on e.id = d.event_id
     where d.status = 'succeeded' order by line`,
  );
  assert.deepEqual(
    rows.map(({ line }) => line),
    paths
      .flatMap((path) => emitted.map(({ payload }) => `${scene.receiver.url}${path} ${payload}`))
      .toSorted(),
  );
  if (cut.size === 0) assert.equal(scene.receiver.arrivals.length, rows.length);
  for (const path of paths)
    for (const key of ['key 1', 'key 2', 'key 3']) {
      const ofKey = emitted.filter((row) => row.key === key).map(({ payload }) => idOf(payload));
      const arrived = scene.receiver.arrivals
        .filter((one) => one.path === path && ofKey.includes(one.payloadId))
        .map(({ payloadId }) => payloadId);
      assert.deepEqual([...new Set(arrived)], ofKey, `${path} ${key}`);
    }
});

/** Some events of a few keys, and some without one. */
const rowsOf = (name: string): EmittedRow[] =>
  Array.from({ length: 24 }, (_one, i) => ({
    payload: JSON.stringify({ id: `${name} ${String(i).padStart(2, '0')}` }),
    ...(i % 4 === 0 ? {} : { key: `key ${i % 4}` }),
  }));

const idOf = (payload: string) => (JSON.parse(payload) as { id: string }).id;

async function isHeld(pool: Pool, statement: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and application_name = 'postmand worker'
       and wait_event_type = 'Lock' and query like $1`,
    [statement],
  );
  return rowCount !== 0;
}

async function isSettled(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(`select from deliveries where status = 'pending' limit 1`);
  return rowCount === 0;
}
