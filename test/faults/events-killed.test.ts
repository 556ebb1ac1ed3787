import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addWebhookRows } from '../setup/rows.ts';
import type { Api } from '../setup/service.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { eventProblems } from './event-oracle.ts';
import { chanceOf, sized } from './intensity.ts';
import { startPostgres } from './postgres.ts';
import { nobodyWaits } from './settling.ts';

/** What is under way of the transaction that stores an event, and how to meet it there. */
const MOMENTS = [
  'the statement that fans out',
  'behind it, before the commit',
  'the commit',
] as const;

suite('an event for 1,000', { concurrency: 2 }, () => {
  for (const moment of MOMENTS)
    test(`SIGKILL of the server in ${moment} → all is stored or nothing, and the client's next try with its key makes it one event`, async (t) => {
      const database = await freshDatabase(t);
      const { pool } = database;
      await addSubscribers(pool, 1000);
      if (moment === 'the statement that fans out') await slowDown(pool, 'after insert');
      if (moment === 'the commit') await slowDown(pool, 'deferred');
      for (let round = 1; round <= sized(1, 10); round += 1) {
        const key = randomUUID();
        const { server, api } = await startServer(t, database);
        const isBehind = moment === 'behind it, before the commit';
        const unlock = isBehind ? await lockTable(t, database, 'idempotency_keys', 'share') : null;
        const answer = post(api, key).then(
          () => 'answered',
          () => 'cut off',
        );
        await until('it is under way', () => isUnderWay(pool, moment));
        await server.end('SIGKILL');
        await unlock?.();
        assert.equal(await answer, 'cut off');
        await nobodyIsAtWork(pool);
        const before = await storedOf(pool, key);
        assert.ok([0, 1000].includes(before.deliveries), `${before.deliveries} are stored`);
        assert.equal(before.events.length, before.deliveries / 1000);
        const next = await startServer(t, database);
        const { id, deliveries } = await post(next.api, key);
        assert.equal(deliveries, 1000);
        if (before.deliveries > 0) assert.deepEqual(before.events, [id]);
        assert.deepEqual(await storedOf(pool, key), { events: [id], deliveries: 1000 });
        assert.equal((await post(next.api, key)).id, id);
        await next.server.end('SIGKILL');
      }
      assert.deepEqual(await eventProblems(pool), []);
    });
});

suite('an event for 2,500, most of which an operation makes', { concurrency: 2 }, () => {
  test('workers are killed in its steps → each webhook gets one delivery, and the key of the event goes on', async (t) => {
    const database = await freshDatabase(t);
    const scene = await openScene(t, database);
    for (let round = 1; round <= sized(3, 20); round += 1) {
      const worker = await startWorker(t, database);
      await scene.stepping();
      await worker.end('SIGKILL');
    }
    await startWorker(t, database);
    await scene.judge();
  });

  test('PostgreSQL crashes in its steps → the same, with the same worker', async (t) => {
    const postgres = await startPostgres(t);
    const scene = await openScene(t, postgres.database);
    await startWorker(t, postgres.database);
    const chance = chanceOf('fan-out, PostgreSQL killed');
    for (let round = 1; round <= sized(2, 8); round += 1) {
      await scene.stepping();
      await chance.pause(0, 300);
      await postgres.crash();
      await postgres.restart();
    }
    await scene.judge();
  });
});

async function openScene(t: Parameters<typeof startServer>[0], database: TestDatabase) {
  const { pool } = database;
  const webhookIds = await addSubscribers(pool, 2500);
  const { server, api } = await startServer(t, database);
  const first = await post(api, randomUUID(), { ordering_key: 'k' });
  // It waits behind the event before it, also for webhooks that have not got that one yet.
  const second = await post(api, randomUUID(), { ordering_key: 'k' });
  await server.end('SIGKILL');
  await slowDown(pool, 'after insert');

  return {
    /** Waits for a step of an operation, in its middle. */
    stepping: () =>
      until('a step', () => isUnderWay(pool, 'the statement that fans out'), 60_000).catch(
        async (error: unknown) => {
          if (!(await isOver(pool))) throw error;
        },
      ),
    async judge(): Promise<void> {
      await until('all is fanned out', () => isOver(pool), 120_000);
      await until('all is taken in', () => isTakenIn(pool), 120_000);
      assert.deepEqual(await eventProblems(pool), []);
      for (const { id } of [first, second]) {
        const { rows } = await pool.query<{ id: string }>(
          'select webhook_id as id from deliveries where event_id = $1',
          [id],
        );
        const got = rows.map((row) => row.id);
        assert.deepEqual(new Set(got), new Set(webhookIds));
        assert.equal(got.length, webhookIds.length);
      }
      const { rows } = await pool.query<{ wrong: number }>(
        `select count(*)::integer as wrong
         from deliveries a join deliveries b on b.webhook_id = a.webhook_id
         where a.event_id = $1 and b.event_id = $2 and a.sequence > b.sequence`,
        [first.id, second.id],
      );
      assert.deepEqual(rows, [{ wrong: 0 }]);
      const operations = await pool.query<{ state: string; done: number; skipped: number }>(
        'select state, done, skipped from operations',
      );
      const whole = { state: 'done', done: 1500, skipped: 0 };
      assert.deepEqual(operations.rows, [whole, whole]);
    },
  };
}

/** Webhooks that subscribe. They are inactive: nothing is sent. */
async function addSubscribers(pool: Pool, count: number): Promise<string[]> {
  await pool.query(`insert into event_types (name) values ('order.paid')`);
  const ids = await addWebhookRows(
    pool,
    Array.from({ length: count }, () => ({ active: false })),
  );
  await pool.query(`update webhooks set event_types = '{order.*}'`);
  return ids;
}

type Answer = { id: string; deliveries: number };

async function post(api: Api, key: string, more: object = {}): Promise<Answer> {
  const response = await fetch(`${api.url}/v1/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ type: 'order.paid', payload: { key }, ...more }),
  });
  const answer = (await response.json()) as Answer;
  assert.equal(response.status, 201, JSON.stringify(answer));
  return answer;
}

async function storedOf(pool: Pool, key: string) {
  const { rows } = await pool.query<{ id: string; count: number }>(
    `select id, (select count(*)::integer from deliveries where event_id = e.id) as count
     from events e where payload = $1`,
    [JSON.stringify({ key })],
  );
  return {
    events: rows.map(({ id }) => id),
    deliveries: rows.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Makes each delivery take a millisecond more, when it is stored, or at the commit. */
async function slowDown(pool: Pool, when: 'after insert' | 'deferred'): Promise<void> {
  await pool.query(
    `create function slow() returns trigger language plpgsql as
       $$ begin perform pg_sleep(0.001); return null; end $$;
     ${
       when === 'deferred'
         ? `create constraint trigger slow after insert on deliveries
              deferrable initially deferred for each row execute function slow()`
         : 'create trigger slow after insert on deliveries for each row execute function slow()'
     }`,
  );
}

const AT_WORK: Record<(typeof MOMENTS)[number], string> = {
  'the statement that fans out': `query like '%insert into deliveries%' and wait_event = 'PgSleep'`,
  'behind it, before the commit': `query like '%idempotency_keys%' and wait_event_type = 'Lock'`,
  'the commit': `query = 'commit' and wait_event = 'PgSleep'`,
};

async function isUnderWay(pool: Pool, moment: (typeof MOMENTS)[number]): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
       and ${AT_WORK[moment]}`,
  );
  return rowCount !== 0;
}

/** Waits until what a killed process left behind has ended. */
async function nobodyIsAtWork(pool: Pool): Promise<void> {
  await nobodyWaits(pool);
  await until('nobody is at work', async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity
       where datname = current_database() and application_name = 'postmand server'`,
    );
    return rowCount === 0;
  });
}

async function isOver(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query('select from operations where finished_at is null');
  return rowCount === 0;
}

async function isTakenIn(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(`select from deliveries where held_reason = 'outbox'`);
  return rowCount === 0;
}
