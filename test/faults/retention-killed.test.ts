import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import type { Status } from '../../src/deliveries/delivery.ts';
import { payloadSql } from '../../src/deliveries/payload.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { startWorker } from '../commands/processes.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Command } from '../setup/command.ts';
import { addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { chanceOf, sized } from './intensity.ts';
import { startPostgres } from './postgres.ts';
import { eventRemovalProblems, removalProblems } from './retention-oracle.ts';
import {
  addOldDeliveries,
  addOldEvents,
  COUNT,
  eventPayloads,
  expectedEvents,
} from './retention-rows.ts';

const ENV = {
  POSTMAND_RETENTION_SUCCEEDED: '3',
  POSTMAND_RETENTION_FAILED: '3',
  POSTMAND_RETENTION_PAYLOADS: '2',
};

suite('what is kept no longer is removed, and some of it redelivered', { concurrency: 2 }, () => {
  test('SIGKILL of the worker in the middle of steps → each row and payload is gone whole or there whole, what was redelivered is all there, and the next worker removes the rest', async (t) => {
    const database = await freshDatabase(t);
    const scene = await openScene(t, database);
    for (let round = 0; round < sized(3, 20); round += 1) {
      const worker = await startWorker(t, database, ENV);
      await scene.removing(round);
      await worker.end('SIGKILL');
      assert.deepEqual(await problems(database.pool), []);
    }
    await scene.judge(await startWorker(t, database, ENV));
  });

  test('PostgreSQL crashes in the middle of steps → the same, with the same worker', async (t) => {
    const postgres = await startPostgres(t);
    const { database } = postgres;
    const scene = await openScene(t, database);
    const worker = await startWorker(t, database, ENV);
    for (let round = 0; round < sized(3, 6); round += 1) {
      await scene.removing(round);
      await postgres.crash();
      await postgres.restart();
    }
    await scene.judge(worker);
  });
});

/**
 * Statements that are met in their middle, one in each round. They are in the order in which a
 * worker comes to them, so that an earlier round leaves some of what the next one waits for.
 */
const STEPS = ['delete from deliveries', 'delete from events', 'update events'];

/**
 * Deliveries that are to go, that are to lose their payloads, and that stay, while some of the
 * first two are made pending again all the time. Their webhook is inactive: nothing is sent. A part
 * of them are of events; there are events without any, too.
 */
async function openScene(t: TestContext, database: TestDatabase) {
  const { pool } = database;
  const { id: webhookId } = await addWebhook(database, { active: false });
  const add = (daysAgo: number, status: Status) =>
    addOldDeliveries(pool, { webhookId, daysAgo, status });
  const succeeded = await add(9, 'succeeded');
  const failed = await add(8, 'failed');
  const emptied = await add(2.5, 'succeeded');
  const pending = await add(900, 'pending');
  const over = [...succeeded, ...failed];
  const events = await addOldEvents(pool, { succeeded, failed, emptied, pending });
  await slowDown(pool);
  const redelivering = redeliver(t, pool, [...over, ...emptied]);

  return {
    /** Waits for a statement that removes, in its middle. */
    removing: (round: number) =>
      until('a step', () => isRemoving(pool, STEPS[round % STEPS.length] ?? '')),
    /** `worker` is at it. */
    async judge(worker: Command): Promise<void> {
      const redelivered = await redelivering.stop();
      assert.ok(redelivered.size > 0, 'none was redelivered');
      // No step is to be met any more.
      await pool.query('drop function slow cascade');
      const stay = [...emptied, ...pending, ...over.filter((id) => redelivered.has(id))];
      const rest = sized(60_000, 180_000);
      await until('the rest is gone', () => isDone(pool, stay.length), rest);
      // A worker looks at each event once a day, and may have done so while a delivery was there.
      await worker.end('SIGTERM');
      await startWorker(t, database, ENV);
      const whole = new Set([...pending, ...redelivered]);
      const expected = expectedEvents(events, { left: new Set(stay), whole });
      await until(
        'events follow',
        async () => isDeepStrictEqual(await eventPayloads(pool), expected),
        rest,
      );
      assert.deepEqual(await problems(pool), []);
      const { rows } = await pool.query<Left>(LEFT);
      assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set(stay));
      for (const { id, payload, isPending, texts } of rows) {
        const isWhole = !emptied.includes(id) || redelivered.has(id);
        assert.deepEqual([payload, texts], isWhole ? ['a payload', 1] : ['', 0], id);
        assert.equal(isPending, pending.includes(id) || redelivered.has(id), id);
      }
    },
  };
}

async function problems(pool: Pool): Promise<string[]> {
  return [...(await removalProblems(pool)), ...(await eventRemovalProblems(pool))];
}

type Left = { id: string; payload: string; isPending: boolean; texts: number };

/** Each with the number of its attempts that have their texts. */
const LEFT = `select id, ${payloadSql('d')} as payload, status = 'pending' as "isPending", (
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

/**
 * Makes each removal of a row or a payload take 2 ms, and those of events 10 ms, so that a step can
 * be met in its middle.
 */
async function slowDown(pool: Pool): Promise<void> {
  await pool.query(
    `create function slow() returns trigger language plpgsql as
       $$ begin perform pg_sleep(tg_argv[0]::float8); return coalesce(new, old); end $$`,
  );
  for (const [table, seconds] of [
    ['deliveries', 0.002],
    ['events', 0.01],
  ] as const)
    await pool.query(
      `create trigger slow_removal before delete on ${table}
         for each row execute function slow(${seconds});
       create trigger slow_emptying before update of payload_removed_at on ${table}
         for each row execute function slow(${seconds})`,
    );
}

async function isRemoving(pool: Pool, statement: string): Promise<boolean | undefined> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (
       select from pg_stat_activity
       where datname = current_database() and state = 'active'
         and query like 'with over as materialized%' || $1 || '%' and wait_event = 'PgSleep'
     ) as found`,
    [statement],
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
