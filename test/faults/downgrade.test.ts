import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/events/event.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { until } from '../setup/until.ts';
import { migrated, migratedDownTo, version21 } from './other-version.ts';
import { openScene, type Scene } from './scene.ts';

/** More than the smallest window, and fewer than one that is full would be trimmed for. */
const BACKLOG = 40;
const KEYED = 4;

test('deliveries held for every reason, and the way back to version 2.1 → it delivers each of them once, and what was sent of an event is there after the way up', async (t) => {
  const old = await version21(t);
  if (old === undefined) return t.skip('This copy has no history with version 2.1 in it.');
  const scene = await openScene(t, {
    database: await freshDatabase(t),
    env: { POSTMAND_LIVE_JOBS: '10' },
    traced: false,
  });
  const { pool, url } = scene.database;
  const settings = { on_failing: 'hold' as const };
  const webhook = (name: string) =>
    scene.webhook(`/${name}`, () => 200, { end: 'succeeded', settings });
  const sent = await sendEvent(scene);
  const payloads = await holdAll(scene, webhook);
  const { rows } = await pool.query<{ reason: string }>(
    'select distinct held_reason as reason from deliveries where parked_at is not null order by 1',
  );
  assert.deepEqual(
    rows.map(({ reason }) => reason),
    [
      ...['backlog', 'endpoint_failing', 'endpoint_paused', 'imported', 'later', 'ordered'],
      'webhook_inactive',
    ],
  );

  for (const { process } of scene.processes) process.kill('SIGTERM');
  await migratedDownTo(t, scene.database, old);
  await pool.query('update webhooks set active = true');
  const worker = postmand(t, ['worker'], {
    root: old.root,
    env: { POSTMAND_DATABASE_URL: url },
  });
  await worker.event('worker.started');
  await until(
    'all are delivered',
    async () => {
      const { rowCount } = await pool.query(`select from deliveries where status <> 'succeeded'`);
      return rowCount === 0;
    },
    60_000,
  );
  assert.deepEqual(
    payloads.map((payload) => scene.receiver.of(payload).length),
    payloads.map(() => 1),
  );
  assert.deepEqual(await worker.end('SIGTERM'), { code: 0, signal: null });

  await migrated(t, scene.database);
  await scene.server();
  const { payload, status, event_id } = await scene.api().delivery(sent.deliveryId);
  assert.deepEqual([payload, status, event_id], [sent.payload, 'succeeded', null]);
  assert.equal(scene.receiver.of(sent.payload).length, 1);
  assert.equal((await postEvent(scene, '/events/again')).deliveries, 1);
});

/** Has an event sent to a webhook that subscribes, and ends the worker that did so. */
async function sendEvent(scene: Scene): Promise<{ deliveryId: string; payload: string }> {
  const worker = await scene.worker();
  const { id, payload } = await postEvent(scene, '/events');
  const { body } = await scene.api().call('GET', `/deliveries?event_id=${id}`);
  const deliveryId: string = body.deliveries[0].id;
  assert.equal((await scene.api().settled(deliveryId)).status, 'succeeded');
  await worker.end('SIGTERM');
  return { deliveryId, payload };
}

/** Posts an event of a type that is new, for a webhook that is. */
async function postEvent(scene: Scene, path: string): Promise<Event> {
  const type = 'order.paid';
  await scene.webhook(path, () => 200, { end: 'succeeded', settings: { event_types: [type] } });
  const api = scene.api();
  assert.equal((await api.call('POST', '/event-types', { name: type })).status, 201);
  const { status, body } = await api.call('POST', '/events', { type, payload: `for ${path}` });
  assert.equal(status, 201);
  return body as Event;
}

/** Posts deliveries that are held, of every reason some. @returns their payloads. */
async function holdAll(
  scene: Scene,
  webhook: (name: string) => Promise<Webhook>,
): Promise<string[]> {
  const { pool } = scene.database;
  const payloads: string[] = [];
  const post = async ({ id }: Webhook, count: number, key?: string) => {
    for (let n = 0; n < count; n += 1) {
      const payload = `${id} ${key} ${payloads.length}`;
      payloads.push(payload);
      const body = { webhook_id: id, payload, ...(key ? { ordering_key: key } : {}) };
      assert.equal((await scene.api().call('POST', '/deliveries', body)).status, 201);
    }
  };
  // A server knows within a second what others than itself have changed.
  const postUntilHeld = (to: Webhook, reason: string) =>
    until(`a delivery is held: ${reason}`, async () => {
      await post(to, 1);
      const { rowCount } = await pool.query(
        'select from deliveries where webhook_id = $1 and held_reason = $2',
        [to.id, reason],
      );
      return (rowCount ?? 0) > 0;
    });
  const inactive = await webhook('inactive');
  await scene.api().call('PUT', `/webhooks/${inactive.id}`, { ...inactive, active: false });
  await post(inactive, 1);
  const failing = await webhook('failing');
  await pool.query(
    `insert into webhook_states (webhook_id, state, failing_since) values ($1, 'failing', now())`,
    [failing.id],
  );
  await postUntilHeld(failing, 'endpoint_failing');
  const paused = await webhook('paused');
  await scene.api().call('POST', `/webhooks/${paused.id}/pause`);
  await post(paused, 1);
  await post(await webhook('ordered'), KEYED, 'key');
  const large = await webhook('large');
  await post(large, BACKLOG);
  await postUntilHeld(large, 'backlog');
  const later = await webhook('later');
  await post(later, 2);
  await hold(scene, later, { reason: 'later', count: 1 });
  await hold(scene, later, { reason: 'imported', count: 1 });
  return payloads;
}

/** As a retry that is due later is held, and as what the first version left behind is. */
async function hold(
  { database: { pool } }: Scene,
  { id }: Webhook,
  { reason, count }: { reason: string; count: number },
): Promise<void> {
  await pool.query(
    `with chosen as (
       select id from deliveries where webhook_id = $1 and parked_at is null limit $3
     ), gone as (
       delete from postmand_queue.job where singleton_key in (select id::text from chosen)
     )
     update deliveries set parked_at = now(), held_reason = $2 where id in (select id from chosen)`,
    [id, reason, count],
  );
}
