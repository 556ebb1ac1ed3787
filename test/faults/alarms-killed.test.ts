import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import type { Pool } from '../../src/database/pool.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import type { Command } from '../setup/command.ts';
import type { TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { noteChanges } from './alarm-oracle.ts';
import { claimed, expire, givenUp } from './claims.ts';
import { chanceOf, LONG, ROUNDS, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { startPostgres } from './postgres.ts';
import { openScene, webhookApart, type Scene } from './scene.ts';
import { heldSettling, nobodyWaits } from './settling.ts';
import { CALM, startTraffic, type Traffic } from './traffic.ts';

/** It is failing, and healthy again, within seconds. */
const QUICK = {
  ...{ max_delivery_attempts: 100, failing_after: { attempts: 2, seconds: 0 } },
  on_gone: 'deactivate',
} as const;

/** What happens to the transaction whose worker is gone. */
const ENDS = ['rolled back', 'committed'] as const;

suite(
  'a fault while alarms are raised → one alarm for each change that was committed, and none for any other',
  {
    concurrency: 2,
  },
  () => {
    test('SIGKILL of a worker while it settles', async (t) => {
      const line = await openLine(t);
      const { scene, traffic, cut } = line;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const doomed = await line.worker();
        await line.outage();
        const unlock = await lockTable(t, scene.database, 'delivery_attempts');
        line.down = round % 2 === 1;
        await heldSettling(scene.database.pool);
        await doomed.end('SIGKILL');
        await unlock();
        await line.orphaned();
        await traffic.accepted(20);
      }
      await line.worker();
      await line.outage();
      await line.judge({ mayRepeat: ({ id }) => cut.has(id), mostRepeats: ROUNDS });
    });

    for (const type of ['webhook.failing', 'delivery.failed'] as const)
      test(`SIGKILL of a worker that commits ${type}, which is rolled back, or is committed and nobody is told`, async (t) => {
        const line = await openLine(t);
        const { scene, cut } = line;
        const { pool } = scene.database;
        const commits = await holdCommits(t, scene, type);
        for (const end of ENDS) {
          // Each one looks at its start for what has failed.
          const first = await line.worker();
          await line.outage();
          await line.failures();
          await first.end('SIGTERM');
          await commits.hold();
          const doomed = await line.worker();
          line.down = true;
          const pid = await commits.held();
          await doomed.end('SIGKILL');
          if (end === 'rolled back') await pool.query('select pg_terminate_backend($1)', [pid]);
          await commits.release();
          line.down = false;
          await line.orphaned();
        }
        await line.worker();
        await line.outage();
        await line.judge({ mayRepeat: ({ id }) => cut.has(id), mostRepeats: ENDS.length + 1 });
        const told = await toldOf(pool, type);
        assert.ok(told > 0, `${told} alarms`);
      });

    test('a crash of PostgreSQL', async (t) => {
      const postgres = await startPostgres(t);
      const line = await openLine(t, postgres.database);
      const { scene, traffic } = line;
      const chance = chanceOf('alarms crash');
      await line.worker();
      await line.worker();
      for (let round = 1; round <= sized(3, 12); round += 1) {
        await line.outage();
        line.down = true;
        await chance.pause(0, 1500);
        await postgres.crash();
        await chance.pause(0, 500);
        await postgres.restart();
        line.since = new Date();
        line.down = false;
        await traffic.accepted(20);
      }
      await line.outage();
      const hit = () => true;
      await line.judge({
        ...{ mayRepeat: hit, mayOverlap: hit, mostRepeats: 20, errors: ['dispatch.failed'] },
      });
      t.diagnostic(`${givenUp(scene.processes).size} sends were given up`);
    });
  },
);

type Judged = Omit<Parameters<typeof judge>[2], 'traffic' | 'since'>;

/** Webhooks of which there is much to tell, with traffic, and workers that tell it. */
type Line = {
  scene: Scene;
  traffic: Traffic;
  /** Deliveries whose claims a fault has cut off. */
  cut: Set<string>;
  /** When the fault happened. */
  since: Date;
  /** The endpoint that fails at times answers with 503. */
  down: boolean;
  worker(): Promise<Command>;
  /** It fails until that was noted, and answers again until that was, too. */
  outage(): Promise<void>;
  /** Deliveries fail for good, each with a key that it blocks. */
  failures(): Promise<void>;
  /** What a dead worker has left behind is free again. */
  orphaned(): Promise<void>;
  judge(allowed: Judged): Promise<void>;
};

async function openLine(t: TestContext, database?: TestDatabase): Promise<Line> {
  const scene = await openScene(t, database === undefined ? {} : { database });
  const { pool } = scene.database;
  const operators = await startReceiver(t);
  const alerted = await scene.api().createWebhook({ name: 'Operators', url: operators.url });
  await noteChanges(pool, alerted.id);
  const failing = await scene.webhook('/outage', () => (line.down ? 503 : 200), {
    end: 'succeeded',
    settings: QUICK,
  });
  const blocking = await webhookApart(scene, '/blocking', () => 500, {
    end: 'failed',
    settings: { max_delivery_attempts: 1, ordering_on_failure: 'block' },
    // So many that no two deliveries have the same.
    keys: 1_000_000_000,
  });
  const traffic = startTraffic(t, scene, CALM);
  const line: Line = {
    ...{ scene, traffic, down: false, cut: new Set(), since: new Date() },
    worker: () => scene.worker({ POSTMAND_ALERT_WEBHOOK_ID: alerted.id }),
    async outage() {
      line.down = true;
      await until('it is failing', () => isFailing(pool, failing), 60_000);
      line.down = false;
      await until('it has recovered', async () => !(await isFailing(pool, failing)), 60_000);
    },
    async failures() {
      await Promise.all(Array.from({ length: 5 }, () => traffic.post(blocking.id)));
      await until('they have failed', () => haveFailed(pool, blocking), 60_000);
    },
    async orphaned() {
      line.since = new Date();
      await nobodyWaits(pool);
      const ids = await claimed(pool);
      for (const id of ids) line.cut.add(id);
      if (!LONG) await expire(pool, ids);
    },
    async judge(allowed) {
      await judge(t, scene, { ...allowed, traffic, since: line.since });
    },
  };
  return line;
}

async function isFailing(pool: Pool, { id }: Webhook): Promise<boolean> {
  const { rows } = await pool
    .query<{ failing: boolean }>(
      `select failing_since is not null as failing from webhook_states where webhook_id = $1`,
      [id],
    )
    .catch(() => ({ rows: [] }));
  return rows[0]?.failing ?? false;
}

async function haveFailed(pool: Pool, { id }: Webhook): Promise<boolean> {
  const { rows } = await pool.query<{ pending: number; failed: number }>(
    `select count(*) filter (where status = 'pending')::integer as pending,
       count(*) filter (where status = 'failed')::integer as failed
     from deliveries where webhook_id = $1`,
    [id],
  );
  return rows[0]?.pending === 0 && rows[0].failed > 0;
}

async function toldOf(pool: Pool, type: string): Promise<number> {
  const { rowCount } = await pool.query(`select from deliveries where metadata ->> 'type' = $1`, [
    type,
  ]);
  return rowCount ?? 0;
}

const LOCK = 20_262_026;

/** Holds up commits of alarms of a type, once everything else of them is done. */
async function holdCommits(t: Cleanup, { database: { pool, url } }: Scene, type: string) {
  await pool.query(
    `create function hold_commit() returns trigger language plpgsql as $$
     begin perform pg_advisory_xact_lock_shared(${LOCK}); return null; end $$;
     create constraint trigger hold_commit after insert on deliveries
       deferrable initially deferred for each row
       when (new.metadata ->> 'type' = '${type}') execute function hold_commit()`,
  );
  const client = new Client({ connectionString: url, application_name: 'test lock' });
  await client.connect();
  lastFirst(t).after(() => client.end());
  return {
    hold: () => client.query(`select pg_advisory_lock(${LOCK})`),
    release: () => client.query(`select pg_advisory_unlock(${LOCK})`),
    /** Waits until one is held. @returns its backend's process id */
    held: () =>
      until(
        `a commit of ${type} is held`,
        async () => {
          const { rows } = await pool.query<{ pid: number }>(
            `select pid from pg_stat_activity
             where datname = current_database() and wait_event = 'advisory'
               and query = 'commit'`,
          );
          return rows[0]?.pid;
        },
        60_000,
      ),
  };
}
