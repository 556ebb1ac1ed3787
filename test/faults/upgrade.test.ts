import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { until } from '../setup/until.ts';
import { claimed } from './claims.ts';
import { judge } from './oracle.ts';
import { migrated, version21 } from './other-version.ts';
import { after } from './receiver-log.ts';
import { openScene, orderedWebhook, webhookApart } from './scene.ts';
import { startTraffic } from './traffic.ts';

/** Longer than a migration, and shorter than the grace period of a worker. */
const LONG_MS = 8000;

test('version 2.1 replaced under load, and one of its workers killed → nothing is lost, and at most what that worker was sending is sent twice', async (t) => {
  const old = await version21(t);
  if (old === undefined) return t.skip('This copy has no history with version 2.1 in it.');
  const { root } = old;
  const database = await freshDatabase(t, 'template0');
  await migrated(t, database, { root });
  const scene = await openScene(t, { database, root, traced: false });
  const [oldServer] = scene.processes;
  const env = { POSTMAND_DATABASE_URL: database.url };
  const workers = [1, 2].map(() => postmand(t, ['worker'], { root, env }));
  scene.processes.push(...workers);
  for (const worker of workers) await worker.event('worker.started');
  const traffic = startTraffic(t, scene);
  await traffic.accepted(60);

  // Claims of a live worker, from before the migration to after it.
  const long = await webhookApart(scene, '/long', () => after(LONG_MS, 200), 'succeeded');
  for (let n = 1; n <= 8; n += 1) await traffic.post(long.id);
  await until('a long send', () => scene.receiver.arrivals.some(({ path }) => path === '/long'));
  await migrated(t, database);
  // The old server and the old workers go on, and so does a migration of the old version that comes
  // late.
  await traffic.accepted(60);
  await migrated(t, database, { root });

  await scene.worker();
  await traffic.accepted(60);
  const oldApi = scene.api();
  await scene.server();
  // Without events, version 2.1 sends to a webhook that subscribes as to any other, and changes it.
  const patterns = ['order.*'];
  const { id: subscribed } = await scene.webhook('/subscribed', () => 200, {
    end: 'succeeded',
    settings: { event_types: patterns, filter: { payload: { amount: { $gte: 5 } } } },
  });
  const known = await oldApi.call('GET', `/webhooks/${subscribed}`);
  const renamed = { ...known.body, name: 'Renamed' };
  assert.equal((await oldApi.call('PUT', `/webhooks/${subscribed}`, renamed)).status, 200);
  const { body: shown } = await scene.api().call('GET', `/webhooks/${subscribed}`);
  assert.deepEqual([shown.name, shown.event_types], ['Renamed', patterns]);
  // What version 2.1 knows nothing of: it releases what waits for its turn or for the end of a
  // pause, and promotes nobody.
  const ordered = await orderedWebhook(scene);
  const paused = await webhookApart(scene, '/paused', () => 200, 'succeeded');
  const pauseOr = async (what: 'pause' | 'resume') => {
    const { status } = await scene.api().call('POST', `/webhooks/${paused.id}/${what}`);
    assert.ok(status < 300);
  };
  await pauseOr('pause');
  for (let n = 1; n <= 8; n += 1) await traffic.post(paused.id);
  await traffic.accepted(60);
  const [stopped, killed] = workers;
  // It was told to stop and ends what it has begun, so nothing may be sent twice.
  assert.deepEqual(await stopped?.end('SIGTERM'), { code: 0, signal: null });
  const since = new Date();
  await killed?.end('SIGKILL');
  // What it was sending is still claimed, beside what the living have.
  const cut = await claimed(database.pool);
  await traffic.accepted(60);
  await pauseOr('resume');
  await oldServer?.end('SIGTERM');
  await database.pool.query('drop schema pgboss cascade');
  await traffic.accepted(60);
  await judge(t, scene, {
    traffic,
    since,
    mayRepeat: ({ id }) => cut.has(id),
    mostRepeats: 1,
    // A worker of version 2.1 sends whatever it claims, and notes no reasons.
    mayDisorder: (row) => row.webhook_id === ordered.id && new Date(row.created_at) <= since,
    mayLackReason: () => true,
  });
});
