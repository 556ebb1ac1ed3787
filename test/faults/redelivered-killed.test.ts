import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { lockRow } from '../setup/row-lock.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { LONG } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart, type Scene } from './scene.ts';
import { heldSettling, nobodyWaits } from './settling.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const ONCE = { max_delivery_attempts: 1 };

suite('a delivery is redelivered', { concurrency: 2 }, () => {
  test('the server is killed before the commit, and another one after its answer → it was redelivered once', async (t) => {
    const { scene, traffic, ids, heal } = await failures(t, [2, {}]);
    const [never = '', once = ''] = ids;
    const { pool } = scene.database;
    heal();

    const server = scene.processes[0];
    const unlock = await lockRow(t, scene.database, { table: 'deliveries', id: never });
    const unanswered = redeliver(scene, never).catch(() => ({ status: 0 }));
    await until('a redelivery waits', async () => (await waiting(pool)) > 0);
    await server?.end('SIGKILL');
    assert.equal((await unanswered).status, 0);
    await unlock();
    await nobodyWaits(pool);
    await scene.server();
    assert.equal((await scene.api().delivery(never)).status, 'failed');

    const since = new Date();
    assert.equal((await redeliver(scene, once)).status, 200);
    await scene.processes.at(-1)?.end('SIGKILL');
    await scene.server();
    await scene.worker();
    await judge(t, scene, {
      traffic,
      since,
      end: ({ deliveryId }) => (deliveryId === never ? 'failed' : undefined),
      redelivered: ({ id }) => ({ asked: 1, told: id === once ? 1 : 0 }),
    });
  });

  test('workers are killed while they take it in, send it and settle it → it is delivered, also one that blocked its key, and the key keeps its order', async (t) => {
    const blocking = { ...ONCE, ordering_on_failure: 'block' as const };
    const { scene, traffic, ids, heal, hang } = await failures(t, [9, ONCE], [3, blocking]);
    const { pool } = scene.database;
    for (const id of ids) assert.equal((await redeliver(scene, id)).status, 200);
    const cut = new Set<string>();
    const kill = async (moment: (pool: Pool) => Promise<unknown>, unlock = async () => {}) => {
      const doomed = await scene.worker();
      await moment(pool);
      await doomed.end('SIGKILL');
      await unlock();
      await nobodyWaits(pool);
      for (const id of await claimed(pool)) cut.add(id);
      if (!LONG) await expire(pool, cut);
    };

    await kill(isTakingIn, await lockTable(t, scene.database, 'postmand_queue.job', 'share'));
    assert.equal(cut.size, 0);
    hang();
    const before = scene.receiver.arrivals.length;
    await kill(() => until('a send', () => scene.receiver.arrivals.length > before));
    heal();
    const since = new Date();
    await kill(heldSettling, await lockTable(t, scene.database, 'delivery_attempts', 'share'));

    await scene.worker();
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: ({ id }) => cut.has(id),
      mostRepeats: 2,
      redelivered: ({ id }) => (ids.includes(id) ? { asked: 1, told: 1 } : { asked: 0, told: 0 }),
    });
    assert.ok(cut.size > 0);
  });
});

type Kind = [posts: number, settings: Partial<WebhookSettings>];

/**
 * Deliveries of webhooks whose endpoints answer 500 until they are well again (`heal`), or do not
 * answer at all (`hang`). @returns the ids of those that have failed.
 */
async function failures(t: TestContext, ...kinds: Kind[]) {
  const scene = await openScene(t);
  const traffic = startTraffic(t, scene, { callers: 0 });
  let answer: () => number | Promise<number> = () => 500;
  for (const [n, [posts, settings]] of kinds.entries()) {
    const kind = { end: 'succeeded' as const, settings: { ...ONCE, ...settings }, keys: n + 1 };
    const { id } = await webhookApart(scene, `/again/${n}`, () => answer(), kind);
    for (let i = 0; i < posts; i += 1) await traffic.post(id);
  }
  const worker = await scene.worker();
  const ids = await until('all have failed, or wait for one that has', () => ended(scene, traffic));
  await worker.end('SIGTERM');
  return {
    ...{ scene, traffic, ids },
    heal: () => void (answer = () => 200),
    hang: () => void (answer = () => new Promise<number>(() => {})),
  };
}

/** @returns the ids of those that have failed, when all others are behind one of them. */
async function ended({ database }: Scene, { posts }: Traffic): Promise<string[] | undefined> {
  const { rows } = await database.pool.query<{ id: string }>(
    `select id from deliveries where status = 'failed' or held_reason = 'ordered' and exists (
       select from deliveries head where head.webhook_id = deliveries.webhook_id
         and head.ordering_key = deliveries.ordering_key and head.is_head and head.status = 'failed'
     ) order by status, id`,
  );
  if (rows.length < posts.length) return undefined;
  const failed = await database.pool.query<{ id: string }>(
    `select id from deliveries where status = 'failed' order by id`,
  );
  return failed.rows.map(({ id }) => id);
}

const redeliver = (scene: Scene, id: string) =>
  scene.api().call('POST', `/deliveries/${id}/redeliver`);

async function waiting(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'`,
  );
  return rowCount ?? 0;
}

/** Somebody has changed deliveries, and waits for the table of jobs. */
async function isTakingIn(pool: Pool): Promise<unknown> {
  return until('taking in is held', async () => {
    const { rowCount } = await pool.query(
      `select from pg_locks waiting join pg_locks held on held.pid = waiting.pid
       where not waiting.granted and waiting.locktype = 'relation'
         and held.granted and held.relation = 'deliveries'::regclass
         and held.mode = 'RowExclusiveLock'`,
    );
    return (rowCount ?? 0) > 0;
  });
}
