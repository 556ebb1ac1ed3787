import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { findOperation } from '../../src/operations/operation-store.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import type { Command } from '../setup/command.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { listening } from '../setup/listening.ts';
import { addWebhookRows } from '../setup/rows.ts';
import type { Api } from '../setup/service.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { chanceOf, LONG, sized } from './intensity.ts';
import { startPostgres, type Postgres } from './postgres.ts';

/** Deliveries that have failed, and are to be sent again. */
const FAILED = sized(1200, 1_000_000);

const PER_SECOND = sized(300, 1000);

/** The webhooks that they are of. */
const WEBHOOKS = 4;

/** Workers that are killed in all: two of them in a statement. */
const KILLED = sized(3, 5);

const AN_HOUR_MS = 3_600_000;

suite('processes are killed while many are redelivered', () => {
  test(
    'workers, server and PostgreSQL → each is redelivered exactly once, and arrives',
    { timeout: AN_HOUR_MS },
    async (t) => {
      const postgres = await startPostgres(t, { max_wal_size: '4GB' });
      const { database } = postgres;
      const { pool } = database;
      const receiver = await startCounter(t);
      await addFailed(pool, receiver.url);
      const running = await startAll(t, postgres);
      const { status, body } = await running.api().call('POST', '/redeliveries', {
        filter: { status: 'failed' },
        rate_per_second: PER_SECOND,
      });
      assert.equal(status, 202);
      const id: string = body.id;

      const startedAt = performance.now();
      const faults = faultsOf(t, postgres, running);
      for (const [nth, fault] of faults.entries()) {
        const goal = ((nth + 1) * FAILED) / (faults.length + 1);
        await until(
          'more is redelivered',
          async () => (await doneOf(pool, id)) >= goal,
          AN_HOUR_MS,
        );
        await fault();
      }
      await until('it is done', async () => (await stateOf(pool, id)) === 'done', AN_HOUR_MS);
      const steppedMs = performance.now() - startedAt;
      await until('all have arrived', () => receiver.counts().once === FAILED, AN_HOUR_MS);
      await until('all are recorded', async () => !(await isPending(pool)), AN_HOUR_MS);

      const { matched, done, skipped } = await findOperation(pool, id);
      const { once, twice } = receiver.counts();
      t.diagnostic(
        `${FAILED} failed, ${done} redelivered in ${Math.round(steppedMs / 1000)} s with ` +
          `${faults.length} kills; ${once} arrived, ${twice} of them more than once`,
      );
      assert.deepEqual({ matched, done, skipped }, { matched: FAILED, done: FAILED, skipped: 0 });
      assert.deepEqual(await redeliveries(pool), [{ redeliveries: 1, count: FAILED }]);
      assert.equal(await succeeded(pool), FAILED);
      // PostgreSQL forgets claims of its last moments when it crashes.
      const mayRepeat = running.inDoubt() + PER_SECOND;
      assert.ok(twice <= mayRepeat, `${twice} arrived more than once, ${mayRepeat} might`);
    },
  );
});

type Running = {
  api(): Api;
  kill(which: 'server' | 'worker'): Promise<void>;
  /** How many were being sent when something was killed. */
  inDoubt(): number;
  doubt(ids: Set<string>): void;
  start(which: 'server' | 'worker'): Promise<void>;
};

/** A server and a worker; each that is killed has its successor. */
async function startAll(t: Cleanup, { database }: Postgres): Promise<Running> {
  const processes = new Map<string, Command>();
  let { api, server } = await startServer(t, database);
  processes.set('server', server);
  // It says a line for each attempt: they would be too many to keep.
  const worker = async () => {
    const command = await startWorker(t, database);
    const forgetting = setInterval(() => {
      command.lines.length = 0;
      command.output.stdout = '';
    }, 1000);
    void command.exited.then(() => clearInterval(forgetting));
    return command;
  };
  processes.set('worker', await worker());
  const doubted = new Set<string>();
  return {
    api: () => api,
    inDoubt: () => doubted.size,
    doubt: (ids) => ids.forEach((id) => doubted.add(id)),
    kill: async (which) => void (await processes.get(which)?.end('SIGKILL')),
    async start(which) {
      if (which === 'worker') return void processes.set('worker', await worker());
      ({ api, server } = await startServer(t, database));
      processes.set('server', server);
    },
  };
}

/**
 * What befalls them: PostgreSQL and the server once, and workers at any moment, in the statement of
 * a step that makes deliveries pending, and in the one that says how far it is.
 */
function faultsOf(t: Cleanup, postgres: Postgres, running: Running): (() => Promise<void>)[] {
  const { pool } = postgres.database;
  const chance = chanceOf('redelivery killed');
  const replace = async () => {
    await running.kill('worker');
    await orphan(pool, running);
    await running.start('worker');
  };
  const inStatement = async (table: 'deliveries' | 'operations', statement: string) => {
    const unlock = await lockTable(t, postgres.database, table, 'share');
    await until('a step is held', () => isHeld(pool, statement));
    await running.kill('worker');
    await unlock();
    await orphan(pool, running);
    await running.start('worker');
  };
  const atAnyTime = async () => {
    await chance.pause(0, sized(200, 3000));
    await replace();
  };
  const crash = async () => {
    running.doubt(await claimed(pool));
    await postgres.crash();
    await chance.pause(0, 300);
    await postgres.restart();
    running.doubt(await until('it is back', () => claimed(pool).catch(() => undefined)));
  };
  const restart = async () => {
    await running.kill('server');
    await running.start('server');
  };
  return [
    () => inStatement('deliveries', '%redeliveries = redeliveries + 1%'),
    () => inStatement('operations', '%update operations%'),
    ...Array.from({ length: KILLED - 2 }, () => atAnyTime),
    crash,
    restart,
  ];
}

/** What a killed worker was sending. In the short form its leases are over at once. */
async function orphan(pool: Pool, running: Running): Promise<void> {
  const ids = await claimed(pool);
  running.doubt(ids);
  if (!LONG) await expire(pool, ids);
}

async function isHeld(pool: Pool, statement: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and application_name = 'postmand worker'
       and wait_event_type = 'Lock' and query like $1`,
    [statement],
  );
  return rowCount !== 0;
}

/** A statement has half a minute. */
const AT_A_TIME = 50_000;

/** Each has its number as its payload. */
async function addFailed(pool: Pool, url: string): Promise<void> {
  const ids = await addWebhookRows(
    pool,
    Array.from({ length: WEBHOOKS }, (_one, i) => ({ url: `${url}/${i}`, active: true })),
  );
  for (let from = 0; from < FAILED; from += AT_A_TIME)
    await pool.query(
      `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
         failed_reason, created_at, updated_at)
       select gen_random_uuid(), ($1::uuid[])[n % ${WEBHOOKS} + 1], n, at, 3, 'failed', 'attempts',
         at, at
       from generate_series($2::integer, $3::integer) as n
       cross join lateral (select now() - interval '1 day' + n * interval '1 ms' as at) as times`,
      [ids, from, Math.min(from + AT_A_TIME, FAILED) - 1],
    );
  await pool.query('analyze deliveries');
}

/** A receiver that answers at once, and counts how often it got each number. */
async function startCounter(t: Cleanup) {
  const arrived = new Uint8Array(FAILED);
  const counts = { once: 0, twice: 0 };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const number = Number(body);
      const times = (arrived[number] = (arrived[number] ?? 0) + 1);
      if (times === 1) counts.once += 1;
      if (times === 2) counts.twice += 1;
      response.end();
    });
  });
  const port = await listening(t, server);
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => ({ ...counts }),
  };
}

/** While PostgreSQL is away nothing is known. */
async function doneOf(pool: Pool, id: string): Promise<number> {
  return (await findOperation(pool, id).catch(() => undefined))?.done ?? 0;
}

async function stateOf(pool: Pool, id: string): Promise<string | undefined> {
  return (await findOperation(pool, id).catch(() => undefined))?.state;
}

async function isPending(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(`select from deliveries where status = 'pending' limit 1`);
  return rows.length > 0;
}

async function succeeded(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from deliveries where status = 'succeeded'`,
  );
  return rows[0]?.count ?? 0;
}

async function redeliveries(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select redeliveries, count(*)::integer as count from deliveries group by redeliveries`,
  );
  return rows;
}
