import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { ALL_WEBHOOKS } from '../../src/statistics/figures.ts';
import { ending, startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { ROUNDS, sized } from './intensity.ts';

/** Deliveries of each worker. */
const SOME = sized(30, 300);

test('workers are stopped, killed, and killed while they write statistics → a stop loses nothing, a kill what was not written, and nothing is counted twice', async (t) => {
  const database = await freshDatabase(t);
  const { pool } = database;
  const receiver = await startReceiver(t);
  const { api, server } = await startServer(t, database);
  const webhook = await api.createWebhook({ url: receiver.url });
  let posted = 0;

  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await counted(pool);
    const doomed = await delivered();
    await doomed.end('SIGKILL');
    await ended(pool);
    const afterKill = await counted(pool);
    assert.ok(afterKill >= before && afterKill <= before + SOME, `${afterKill} after a kill`);

    const stopped = await delivered();
    stopped.process.kill('SIGTERM');
    assert.deepEqual(await ending(stopped), { code: 0, signal: null });
    const afterStop = await counted(pool);
    assert.equal(afterStop, afterKill + SOME, 'a stop loses nothing');

    const writing = await delivered();
    const unlock = await lockTable(t, database, 'statistics_minutes');
    writing.process.kill('SIGTERM');
    await until('it waits to write', () => isWriting(pool));
    await writing.end('SIGKILL');
    await unlock();
    await ended(pool);
    // PostgreSQL may go on with what it holds of a batch, and commit it: whole, or not at all.
    const afterWriting = await counted(pool);
    assert.ok(
      afterWriting >= afterStop && afterWriting <= afterStop + SOME,
      `${afterWriting} after ${afterStop}`,
    );
    assert.equal(await counted(pool, 'statistics_hours'), afterWriting, 'minutes and hours agree');
  }
  server.process.kill('SIGTERM');
  await ending(server);
  const { rows } = await pool.query(
    `select sum(accepted)::integer as accepted, sum(attempts)::integer as attempts
     from statistics_minutes where webhook_id = $1`,
    [webhook.id],
  );
  assert.deepEqual(rows, [{ accepted: posted, attempts: await counted(pool) }]);

  /** A worker that has recorded some deliveries. */
  async function delivered() {
    const worker = await startWorker(t, database);
    for (let n = 0; n < SOME; n += 1) await api.createDelivery(webhook.id);
    posted += SOME;
    await until('all are recorded', async () => {
      const { rows: found } = await pool.query<{ count: number }>(
        'select count(*)::integer from delivery_attempts',
      );
      return found[0]?.count === posted;
    });
    return worker;
  }
});

/** The attempts that the statistics of all webhooks tell of. */
async function counted(
  pool: Pool,
  table: 'statistics_minutes' | 'statistics_hours' = 'statistics_minutes',
): Promise<number> {
  const { rows } = await pool.query<{ attempts: number }>(
    `select coalesce(sum(attempts), 0)::integer as attempts from ${table} where webhook_id = $1`,
    [ALL_WEBHOOKS],
  );
  return rows[0]?.attempts ?? 0;
}

/** PostgreSQL has ended what the workers that are gone had begun. */
async function ended(pool: Pool): Promise<void> {
  await until('no worker is connected', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity
       where datname = current_database() and application_name = 'postmand worker'`,
    );
    return rowCount === 0;
  });
}

async function isWriting(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and application_name = 'postmand worker'
       and wait_event_type = 'Lock' and query like '%statistics_minutes%'`,
  );
  return rowCount !== 0;
}
