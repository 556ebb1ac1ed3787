import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE_SECONDS } from '../../src/queue/heartbeat.ts';
import { until } from '../setup/until.ts';
import { claimed, endLeases, expire, isDoubted } from './claims.ts';
import { LONG, ROUNDS } from './intensity.ts';
import { judge, repeatsOf } from './oracle.ts';
import { openScene, webhookApart, type Scene } from './scene.ts';
import { UNTIL_ISOLATED, watchLoss } from './poison.ts';
import { CALM, startTraffic } from './traffic.ts';

const HELD = 10;

/** More often than a delivery may lose its claim until it counts as poison. */
const TIMES = 5;

test('a worker frozen past its lease thaws with answers that it has not recorded → the record of the new owner stands, and both go on', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const traffic = startTraffic(t, scene, { ...CALM, webhooks: [...scene.webhooks] });
  const cut = new Set<string>();
  let release: (status: number) => void = () => {};
  let released = new Promise<number>(() => {});
  const held = await Promise.all(
    Array.from({ length: HELD }, (_, i) =>
      scene.webhook(`/held/${i}`, (_arrival, nth) => (nth === 1 ? released : 200), 'succeeded'),
    ),
  );

  let since = new Date();
  for (let round = 1; round <= ROUNDS; round += 1) {
    released = new Promise((resolve) => (release = resolve));
    const frozen = await scene.worker();
    await traffic.accepted(30);
    const posts = await Promise.all(held.map(({ id }) => traffic.post(id)));
    const arrived = () => posts.every(({ id }) => scene.receiver.of(id).length > 0);
    await until('sends in flight', arrived);
    frozen.process.kill('SIGSTOP');
    since = new Date();
    const claims = await claimed(pool);
    for (const id of claims) cut.add(id);
    if (!LONG) await expire(pool, claims);

    const owner = await scene.worker();
    await until(
      'the new owner recorded all of them',
      async () => (await recorded([...claims])) === claims.size,
      60_000,
    );
    release(200);
    frozen.process.kill('SIGCONT');
    await traffic.accepted(30);
    // The next round has one worker again, whose claims can be told from others.
    const recordedBy = (worker: typeof owner) =>
      new Set(
        worker.lines
          .filter(({ event }) => event === 'delivery.attempted')
          .map((line) => line['delivery_id'] as string),
      );
    await until('the thawed one works again', () =>
      [...recordedBy(frozen)].some((id) => !claims.has(id)),
    );
    await frozen.end('SIGTERM');
    await owner.end('SIGTERM');
    for (const { deliveryId = '' } of posts)
      assert.ok(recordedBy(owner).has(deliveryId) && !recordedBy(frozen).has(deliveryId));
  }
  await scene.worker();
  const mine = ({ id }: { id: string }) => cut.has(id);
  // The first owner's sends are not recorded any more, and those without an answer overlap with the
  // new owner's: promise 4.
  const rows = await judge(t, scene, {
    traffic,
    since,
    mayRepeat: mine,
    mayOverlap: mine,
    mostRepeats: ROUNDS,
    errors: ['dispatch.failed'],
  });
  assert.ok(rows.filter((row) => repeatsOf(row) > 0).length >= HELD * ROUNDS);

  async function recorded(ids: string[]): Promise<number> {
    const { rows } = await pool.query(
      `select from deliveries where id = any ($1) and delivery_attempts > 0`,
      [ids],
    );
    return rows.length;
  }
});

test('a worker is frozen past its lease, five times in a row during the same delivery → it is delivered, with one attempt', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const { promise, resolve: answer } = Promise.withResolvers<number>();
  const settings = { delivery_attempt_timeout: 600, max_delivery_attempts: 1 };
  const webhook = await webhookApart(scene, '/long', () => promise, { end: 'succeeded', settings });
  const traffic = startTraffic(t, scene, CALM);
  const { id, deliveryId = '' } = await traffic.post(webhook.id);
  const worker = await scene.worker();
  const cut = new Set<string>();

  let since = new Date();
  for (let time = 1; time <= TIMES; time += 1) {
    await until(`send ${time}`, () => scene.receiver.of(id).at(time - 1), 60_000);
    worker.process.kill('SIGSTOP');
    const loss = await watchLoss(scene, worker, deliveryId);
    for (const one of await claimed(pool)) cut.add(one);
    if (LONG) await until('the lease is over', () => isOver(), 60_000);
    // As another worker would; and from here on its sends have marks.
    // A claim whose commit was under way at the stop may have come since they were listed.
    for (const one of await endLeases(pool)) cut.add(one);
    if (time > UNTIL_ISOLATED) await meetMark(scene, deliveryId);
    worker.process.kill('SIGCONT');
    since = new Date();
    await loss.over();
  }
  await until('the last send', () => scene.receiver.of(id).at(TIMES), 60_000);
  answer(200);
  await traffic.accepted(30);
  const mine = ({ id }: { id: string }) => cut.has(id);
  const rows = await judge(t, scene, {
    traffic,
    since,
    mayRepeat: mine,
    mayOverlap: mine,
    mostRepeats: TIMES,
    errors: ['dispatch.failed'],
  });
  assert.deepEqual(rows.find((row) => row.id === deliveryId)?.recorded, [true]);

  async function isOver(): Promise<boolean> {
    const { rowCount } = await pool.query(
      `select from postmand_queue.job where data ->> 'deliveryId' = $1 and heartbeat_on < now() - make_interval(secs => $2)`,
      [deliveryId, LEASE_SECONDS],
    );
    return rowCount === 1;
  }
});

/**
 * Another worker claims the delivery, finds that a send of it was begun, and waits for the end of
 * that.
 */
async function meetMark(scene: Scene, deliveryId: string): Promise<void> {
  const other = await scene.worker();
  await until('the mark is met', () => isDoubted(scene.database.pool, deliveryId), 60_000);
  await other.end('SIGTERM');
}
