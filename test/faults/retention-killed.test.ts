import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { startWorker } from '../commands/processes.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addAttemptRows, addDeliveryRows, addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { chanceOf, sized } from './intensity.ts';
import { startPostgres } from './postgres.ts';
import { removalProblems } from './retention-oracle.ts';

const DAY = 86_400;

/** Deliveries of each kind. */
const COUNT = sized(80, 1000);

const ENV = {
  POSTMAND_RETENTION_SUCCEEDED: '3',
  POSTMAND_RETENTION_FAILED: '3',
  POSTMAND_RETENTION_PAYLOADS: '2',
};

suite('what is kept no longer is removed, and some of it redelivered', { concurrency: 2 }, () => {
  test('SIGKILL of the worker in the middle of steps → each row and payload is gone whole or there whole, what was redelivered is all there, and the next worker removes the rest', async (t) => {
    const database = await freshDatabase(t);
    const scene = await openScene(t, database);
    for (let round = 1; round <= sized(2, 20); round += 1) {
      const worker = await startWorker(t, database, ENV);
      await scene.removing();
      await worker.end('SIGKILL');
      assert.deepEqual(await removalProblems(database.pool), []);
    }
    await startWorker(t, database, ENV);
    await scene.judge();
  });

  test('PostgreSQL crashes in the middle of steps → the same, with the same worker', async (t) => {
    const postgres = await startPostgres(t);
    const { database } = postgres;
    const scene = await openScene(t, database);
    await startWorker(t, database, ENV);
    for (let round = 1; round <= sized(1, 6); round += 1) {
      await scene.removing();
      await postgres.crash();
      await postgres.restart();
    }
    await scene.judge();
  });
});

/**
 * Deliveries that are to go, that are to lose their payloads, and that stay, while some of the
 * first two are made pending again all the time. Their webhook is inactive: nothing is sent.
 */
async function openScene(t: TestContext, database: TestDatabase) {
  const { pool } = database;
  const { id: webhookId } = await addWebhook(database, { active: false });
  const add = async (daysAgo: number, status: 'succeeded' | 'failed' | 'pending') => {
    const row = { webhookId, status, attempts: 1, createdAt: -daysAgo * DAY };
    const ids = await addDeliveryRows(
      pool,
      Array.from({ length: COUNT }, () => row),
    );
    await addAttemptRows(
      pool,
      ids.map((deliveryId) => ({ webhookId, deliveryId, createdAt: row.createdAt })),
    );
    return ids;
  };
  const over = [...(await add(9, 'succeeded')), ...(await add(8, 'failed'))];
  const emptied = await add(2.5, 'succeeded');
  const pending = await add(900, 'pending');
  await slowDown(pool);
  const redelivering = redeliver(t, pool, [...over, ...emptied]);

  return {
    /** Waits for a statement that removes, in its middle. */
    removing: () => until('a step', () => isRemoving(pool)),
    async judge(): Promise<void> {
      const redelivered = await redelivering.stop();
      assert.ok(redelivered.size > 0, 'none was redelivered');
      const stay = [...emptied, ...pending, ...over.filter((id) => redelivered.has(id))];
      await until(
        'the rest is gone',
        async () => (await isDone(pool, stay.length)) === true,
        sized(60_000, 180_000),
      );
      assert.deepEqual(await removalProblems(pool), []);
      const { rows } = await pool.query<Left>(LEFT);
      assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set(stay));
      for (const { id, payload, isPending, texts } of rows) {
        const isWhole = !emptied.includes(id) || redelivered.has(id);
        const expected = isWhole ? ['a payload', 1] : ['', 0];
        assert.deepEqual([payload, texts], expected, id);
        assert.equal(isPending, pending.includes(id) || redelivered.has(id), id);
      }
    },
  };
}

type Left = { id: string; payload: string; isPending: boolean; texts: number };

/** Each with the number of its attempts that have their texts. */
const LEFT = `select id, payload, status = 'pending' as "isPending", (
    select count(*)::int from delivery_attempts a
    where a.delivery_id = d.id and raw_request = 'POST' and raw_response <> ''
  ) as texts
  from deliveries d`;

/** Whether no more than so many deliveries are there, and none of them is to lose its payload. */
async function isDone(pool: Pool, count: number): Promise<boolean | undefined> {
  const { rows } = await pool.query<{ done: boolean }>(
    `select count(*) <= $1 and count(*) filter (
       where status <> 'pending' and payload_removed_at is null
     ) = 0 as done from deliveries`,
    [count],
  );
  return rows[0]?.done;
}

/** Makes each removal of a row or a payload take 2 ms, so that a step can be met in its middle. */
async function slowDown(pool: Pool): Promise<void> {
  await pool.query(
    `create function slow() returns trigger language plpgsql as
       $$ begin perform pg_sleep(0.002); return coalesce(new, old); end $$;
     create trigger slow_removal before delete on deliveries for each row execute function slow();
     create trigger slow_emptying before update of payload_removed_at on deliveries
       for each row execute function slow()`,
  );
}

async function isRemoving(pool: Pool): Promise<boolean | undefined> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (
       select from pg_stat_activity
       where datname = current_database() and state = 'active'
         and query like 'with over as materialized%' and wait_event = 'PgSleep'
     ) as found`,
  );
  return rows[0]?.found;
}

/** Makes one after the other pending again. `stop` has those for which that was answered. */
function redeliver(t: TestContext, pool: Pool, ids: string[]) {
  const chance = chanceOf('redeliveries beside the retention');
  const done = new Set<string>();
  let stopped = false;
  const running = (async () => {
    while (!stopped && done.size < COUNT / 3) {
      const id = chance.pick(ids);
      // While PostgreSQL is away it is not known whether it was committed: the row tells.
      const made = await inTransaction(pool, (tx) => makePending(tx, [id], null)).catch(() => []);
      for (const one of made) done.add(one);
      await chance.pause(5, 30);
    }
  })();
  const stop = async () => {
    stopped = true;
    await running;
    const { rows } = await pool.query<{ id: string }>(
      'select id from deliveries where redeliveries > 0',
    );
    for (const id of done)
      assert.ok(
        rows.some((row) => row.id === id),
        `${id} is gone`,
      );
    return new Set(rows.map(({ id }) => id));
  };
  t.after(() => (stopped = true));
  return { stop };
}
