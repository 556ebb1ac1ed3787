import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { payloadSql } from '../../src/deliveries/payload.ts';
import { createErasure } from '../../src/operations/erasure.ts';
import { findOperation } from '../../src/operations/operation-store.ts';
import { startWorker } from '../commands/processes.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addWebhook } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import {
  assertErased,
  assertEventsErased,
  assertNotAnswered,
  eventsOf,
  rowsOf,
} from './erasure-oracle.ts';
import { sized } from './intensity.ts';
import { startPostgres } from './postgres.ts';

const PAIRS = { customer: '42' };

/** Deliveries of each webhook, of which a half carries the pairs. */
const COUNT = sized(150, 6000);

suite('an erasure, of what carries its pairs and of webhooks that do', { concurrency: 2 }, () => {
  test('SIGKILL of the worker in the middle of steps → each delivery is erased whole or there whole, and the next worker erases the rest', async (t) => {
    const database = await freshDatabase(t);
    const scene = await openScene(t, database);
    for (let round = 1; round <= sized(2, 20); round += 1) {
      const worker = await startWorker(t, database);
      await scene.erasing(round === sized(2, 20) ? 'events' : 'deliveries');
      await worker.end('SIGKILL');
      await scene.noneInPart();
    }
    await startWorker(t, database);
    await scene.judge();
  });

  test('PostgreSQL crashes in the middle of steps → the same, with the same worker', async (t) => {
    const postgres = await startPostgres(t);
    const scene = await openScene(t, postgres.database);
    await startWorker(t, postgres.database);
    for (let round = 1; round <= sized(2, 6); round += 1) {
      await scene.erasing(round === sized(2, 6) ? 'events' : 'deliveries');
      await postgres.crash();
      await postgres.restart();
      await scene.noneInPart();
    }
    await scene.judge();
  });
});

/** The webhooks are inactive: nothing is sent. A part of the deliveries are of events. */
async function openScene(t: TestContext, database: TestDatabase) {
  const { pool } = database;
  const plain = await addWebhook(database, { active: false });
  const carrying = await addWebhook(database, { active: false, metadata: PAIRS });
  await fill(pool, [plain.id, carrying.id]);
  await shareEvents(pool);
  await slowDown(pool);
  const before = { deliveries: await rowsOf(pool, PAIRS), events: await eventsOf(pool, PAIRS) };
  const { id } = await createErasure(pool, PAIRS);
  const found = [...before.deliveries, ...before.events].filter(({ carries }) => carries).length;

  return {
    /** Waits for a statement that erases, in its middle. */
    erasing: (of: 'deliveries' | 'events') =>
      until(`a step of ${of}`, () => isErasing(pool, of), 60_000),
    async noneInPart(): Promise<void> {
      const { rows } = await pool.query(
        `select d.id from deliveries d join delivery_attempts a on a.delivery_id = d.id
         where (d.payload_removed_at is null) <> (a.raw_request <> '' and a.raw_response <> '')
           or (d.payload_removed_at is null) <> (${payloadSql('d')} <> '')
           or d.status = 'pending' and ${payloadSql('d')} = ''
         union all
         select id from events where (payload_removed_at is null) <> (payload <> '')`,
      );
      assert.deepEqual(rows, []);
    },
    async judge(): Promise<void> {
      const ended = async () => (await findOperation(pool, id)).state !== 'running';
      await until('it has ended', ended, 60_000);
      const { state, matched, done, skipped } = await findOperation(pool, id);
      assert.deepEqual([state, matched, done, skipped], ['done', found, found, 0]);
      await assertErased(pool, PAIRS, before.deliveries);
      await assertEventsErased(pool, PAIRS, before.events);
      await assertNotAnswered(await startApi(t, database), before);
    },
  };
}

/** Deliveries in three states, with an attempt each. */
async function fill(pool: Pool, webhookIds: string[]): Promise<void> {
  await pool.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       held_reason, parked_at, metadata, created_at, updated_at)
     select gen_random_uuid(), webhook_id, 'a payload', at, 1, status,
       case when status = 'pending' then 'webhook_inactive' end,
       case when status = 'pending' then at end,
       case when n % 2 = 0 then $2::jsonb when n % 3 = 0 then '{"customer": "43"}' end, at, at
     from unnest($1::uuid[]) as webhook_id
     cross join generate_series(1, $3::integer) as n
     cross join lateral (select now() - n * interval '1 minute' as at,
       (array['pending', 'succeeded', 'failed'])[1 + n % 3] as status) as one`,
    [webhookIds, JSON.stringify(PAIRS), COUNT],
  );
  await pool.query(
    `insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response,
       response_status_code, execution_duration, success, error, created_at)
     select gen_random_uuid(), webhook_id, id, 'POST', 'HTTP/1.1 500', 500, 7, false, 'no', now()
     from deliveries`,
  );
}

/**
 * Makes a half of the deliveries, one of each webhook, share an event that carries what they do.
 * As many events have no deliveries.
 */
async function shareEvents(pool: Pool): Promise<void> {
  await pool.query(
    `with shared as (
       select gen_random_uuid() as id, array_agg(id) as deliveries, metadata, created_at
       from deliveries group by metadata, created_at
       having extract(epoch from now() - created_at)::integer / 60 % 4 < 2
     ), stored as (
       insert into events (id, type, payload, metadata, fanned_out, deliveries, created_at)
       select id, 'order.paid', 'a payload', metadata, 2, 2, created_at from shared
       union all
       select gen_random_uuid(), 'order.paid', 'a payload', metadata, 0, 0, created_at from shared
     )
     update deliveries set event_id = shared.id, payload = ''
     from shared where deliveries.id = any (shared.deliveries)`,
  );
}

/**
 * Makes each payload that is removed take some time, so that a step can be met in its middle. There
 * is one step of events, the last one, before which a worker may be quicker than the test.
 */
async function slowDown(pool: Pool): Promise<void> {
  await pool.query(
    `create function slow() returns trigger language plpgsql as
       $$ begin perform pg_sleep(tg_argv[0]::float8); return new; end $$;
     create trigger slow_erasure before update of payload_removed_at on deliveries
       for each row execute function slow(0.002);
     create trigger slow_erasure before update of payload_removed_at on events
       for each row execute function slow(0.03)`,
  );
}

async function isErasing(pool: Pool, table: string): Promise<boolean | undefined> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (
       select from pg_stat_activity
       where datname = current_database() and state = 'active'
         and query like '%update ' || $1 || ' set payload%' and wait_event = 'PgSleep'
     ) as found`,
    [table],
  );
  return rows[0]?.found;
}
