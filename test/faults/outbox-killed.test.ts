import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { countWaiting, enqueueRows } from '../setup/outbox.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { claimed, expire, givenUp } from './claims.ts';
import { chanceOf, LONG, SEED, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { duringOf, FORGOTTEN_MS, type Outage } from './outages.ts';
import type { Told } from './outbox-application.ts';
import { startPostgres } from './postgres.ts';
import type { Row } from './row.ts';
import { openScene, orderedWebhook, type Scene } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { CALM, startTraffic, type Post } from './traffic.ts';

const PROGRAM = fileURLToPath(new URL('outbox-application.ts', import.meta.url));

/** Deliveries that the application enqueues, in transactions that it commits or rolls back. */
const EVENTS = sized(120, 2500);

suite('an application enqueues in its own transactions', { concurrency: 2 }, () => {
  test('the application, server, worker and PostgreSQL are killed → what arrives is what was committed, each key in its order', async (t) => {
    const postgres = await startPostgres(t);
    const { pool } = postgres.database;
    const scene = await openScene(t, { database: postgres.database });
    await orderedWebhook(scene);
    await pool.query(
      'create table own_events (payload text primary key, delivery_id uuid not null)',
    );
    const traffic = startTraffic(t, scene, CALM);
    const application = new Application(t, scene);
    const chance = chanceOf('outbox killed');
    await scene.worker();
    const outages: Outage[] = [];
    const cut = new Set<string>();
    let since = new Date();
    const faults: (() => Promise<unknown>)[] = [
      () => application.kill(),
      () => killed(scene, 'server').then(() => scene.server()),
      async () => {
        await killed(scene, 'worker');
        for (const id of await orphaned(pool)) cut.add(id);
        await scene.worker();
      },
      async () => {
        const from = performance.now() - FORGOTTEN_MS;
        await postgres.crash();
        await chance.pause(0, 500);
        await postgres.restart();
        outages.push({ from, to: performance.now() });
      },
    ];
    for (let round = 1; application.posts.size < EVENTS || round <= faults.length; round += 1) {
      application.start();
      const goal = Math.min(EVENTS, (EVENTS * round) / sized(faults.length, 20));
      await until('more is enqueued', () => application.posts.size >= goal, 60_000);
      await chance.pause(0, 200);
      await faults[(round - 1) % faults.length]?.();
      since = new Date();
    }
    await application.kill();
    await Promise.all([nobodyWaits(pool), traffic.stop()]);
    const posts = await application.settled(pool);

    const hit = (row: Row) =>
      cut.has(row.id) || duringOf(outages, row) > 0 || givenUp(scene.processes).has(row.id);
    await judge(t, scene, {
      traffic: { ...traffic, posts: [...traffic.posts, ...posts] },
      since,
      mayRepeat: hit,
      mayOverlap: hit,
      mostRepeats: outages.length + cut.size,
      errors: ['dispatch.failed'],
    });
    const committed = posts.filter(({ outcome }) => outcome === 'accepted');
    t.diagnostic(`${posts.length} enqueued, ${committed.length} committed`);
    assert.ok(committed.length > EVENTS / 3 && committed.length < posts.length);
    assert.equal(await countWaiting(pool), 0);
  });

  test('a worker is killed while it takes in, or commits that → another one does, in order and once', async (t) => {
    const scene = await openScene(t);
    const { pool } = scene.database;
    const { id: webhookId } = await orderedWebhook(scene);
    const traffic = startTraffic(t, scene, { callers: 0 });
    const posts: Post[] = [];
    const cut = new Set<string>();
    let since = new Date();
    const moments = [
      ['deliveries', 'share', '%with found as%'],
      ['postmand_queue.job', 'access exclusive', '%postmand_queue.job%'],
    ] as const;
    for (const [table, mode, statement] of moments) {
      posts.push(...(await enqueued(pool, webhookId, table)));
      const unlock = await lockTable(t, scene.database, table, mode);
      const doomed = await scene.worker();
      await until('taking in is held', () => isHeld(pool, statement));
      await doomed.end('SIGKILL');
      since = new Date();
      await unlock();
      for (const id of await orphaned(pool)) cut.add(id);
    }
    await scene.worker();
    await judge(t, scene, {
      traffic: { ...traffic, posts },
      since,
      mayRepeat: ({ id }) => cut.has(id),
    });
    assert.equal(await countWaiting(pool), 0);
  });
});

/** The application of `outbox-application.ts`, as one process after the other. */
class Application {
  /** What it has tried, by payload. What became of it is known in the end. */
  readonly posts = new Map<string, Post>();
  readonly #scene: Scene;
  #process: ChildProcess | undefined;
  #starts = 0;

  constructor(t: Cleanup, scene: Scene) {
    this.#scene = scene;
    lastFirst(t).after(() => this.kill());
  }

  /** Starts it where it does not run. */
  start(): void {
    if (this.#process !== undefined) return;
    const { database, webhooks, keys } = this.#scene;
    const settings = {
      url: database.url,
      seed: SEED * 1000 + (this.#starts += 1),
      webhooks: webhooks
        .filter(({ url }) => /steady|flaky|ordered/.test(url))
        .map(({ id }) => ({ id, keys: keys(id) })),
    };
    const env = { ...process.env, APPLICATION: JSON.stringify(settings) };
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#note(JSON.parse(line) as Told);
    });
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const closed = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    await closed;
  }

  /** What it tried, with what became of it: its own rows say that, also of lost answers. */
  async settled(pool: Pool): Promise<Post[]> {
    const { rows } = await pool.query<{ payload: string; id: string }>(
      'select payload, delivery_id as id from own_events',
    );
    const ids = new Map(rows.map(({ payload, id }) => [payload, id]));
    return [...this.posts.values()].map((post) => {
      const deliveryId = ids.get(post.payload);
      return deliveryId === undefined
        ? { ...post, outcome: 'refused' }
        : { ...post, outcome: 'accepted', deliveryId };
    });
  }

  #note(told: Told): void {
    const at = told.at - CLOCK_OFFSET_MS;
    if (told.kind === 'tried') {
      const { payload, webhookId, key } = told;
      this.posts.set(payload, { id: payload, payload, webhookId, key, at, outcome: 'open' });
      return;
    }
    for (const payload of told.payloads) {
      const post = this.posts.get(payload);
      if (post !== undefined) post.acceptedAt = at;
    }
  }
}

/** Between the machine's monotonic clock and that of this process. */
const CLOCK_OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Some deliveries of a few keys, and some without one, committed to the outbox. */
async function enqueued(pool: Pool, webhookId: string, name: string): Promise<Post[]> {
  const at = performance.now();
  const rows = Array.from({ length: 24 }, (_one, i) => ({
    webhookId,
    payload: JSON.stringify({ id: `${name} ${i}` }),
    ...(i % 4 === 0 ? {} : { key: `key ${i % 4}` }),
  }));
  const ids = await enqueueRows(pool, rows);
  const accepted = { at, acceptedAt: performance.now(), outcome: 'accepted' } as const;
  return rows.map((row, i) => ({
    ...{ id: row.payload, ...row, ...accepted },
    deliveryId: ids[i] as string,
  }));
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

async function killed({ processes }: Scene, command: 'server' | 'worker'): Promise<void> {
  await processes.findLast(({ process }) => process.spawnargs.at(-1) === command)?.end('SIGKILL');
}

/** The claims that a killed worker left behind. In the short form their lease is over at once. */
async function orphaned(pool: Pool): Promise<Set<string>> {
  await nobodyWaits(pool);
  const ids = await claimed(pool);
  if (!LONG) await expire(pool, ids);
  return ids;
}
