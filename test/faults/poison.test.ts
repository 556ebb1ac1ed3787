import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';
import { endDoubts, isDoubted } from './claims.ts';
import { LONG } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart, type Scene } from './scene.ts';
import { afterDeath, POISONABLE, UNTIL_ISOLATED } from './poison.ts';
import { CALM, startTraffic, type Post } from './traffic.ts';

const ATTEMPTS = 3;

suite('one payload among 200 on which processes die', { concurrency: 2 }, () => {
  test('whole workers → each attempt is recorded as that of a worker that vanished, and the others are delivered', async (t) => {
    const scene = await openQuickScene(t);
    let worker: Command | undefined;
    const deadly = () => {
      worker?.process.kill('SIGKILL');
      return new Promise<never>(() => {});
    };
    const webhook = await webhookApart(scene, '/deadly', deadly, {
      end: 'failed',
      settings: {
        max_delivery_attempts: ATTEMPTS,
      },
    });
    const traffic = startTraffic(t, scene, { callers: 4, pauseMs: CALM.pauseMs });
    const poison = await postAmong(traffic, webhook.id);
    const { deliveryId = '' } = poison;

    const since = new Date();
    const cut = new Set<string>();
    let deaths = 0;
    while (!(await isFinal(scene, deliveryId))) {
      assert.ok(deaths < 10, 'workers die on and on');
      // It may die before it says that it has started.
      worker = postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: scene.database.url } });
      scene.processes.push(worker);
      if (!(await diesOn(scene, worker, deliveryId))) continue;
      deaths += 1;
      for (const id of await afterDeath(scene)) cut.add(id);
    }
    await othersEnd(scene, traffic.posts, since);

    const errors = (await scene.api().attempts(deliveryId)).map(({ error }) => error);
    assert.deepEqual(
      errors,
      Array.from({ length: ATTEMPTS }, () => VANISHED),
    );
    assert.equal(deaths, UNTIL_ISOLATED + ATTEMPTS);
    assert.equal(scene.receiver.of(poison.id).length, deaths);
    // Whatever was under way when a worker died may arrive again, each time: promise 4.
    const hit = ({ id }: { id: string }) => cut.has(id);
    const rows = await judge(t, scene, {
      traffic,
      since,
      mayRepeat: hit,
      mostRepeats: deaths,
      mayVanish: hit,
    });
    const others = rows.filter(({ id, vanished }) => id !== deliveryId && vanished > 0).length;
    t.diagnostic(
      `${deaths} workers died; ${others} of ${rows.length - 1} others lost an attempt with them`,
    );
  });

  test('the process that sends it, once it is isolated → the worker lives, and each attempt says so', async (t) => {
    const scene = await openQuickScene(t);
    const webhook = await webhookApart(scene, '/deadly', () => POISON, {
      end: 'failed',
      settings: {
        max_delivery_attempts: ATTEMPTS,
      },
    });
    const traffic = startTraffic(t, scene, { callers: 4, pauseMs: CALM.pauseMs });
    const poison = await postAmong(traffic, webhook.id);
    const { deliveryId = '' } = poison;

    const since = new Date();
    const cut = new Set<string>();
    for (let death = 1; death <= UNTIL_ISOLATED; death += 1) {
      const doomed = postmand(t, ['worker'], {
        env: { POSTMAND_DATABASE_URL: scene.database.url, ...POISONABLE },
      });
      scene.processes.push(doomed);
      assert.ok(
        await diesOn(scene, doomed, deliveryId),
        'it dies itself, until the delivery is isolated',
      );
      for (const id of await afterDeath(scene)) cut.add(id);
    }
    const worker = await scene.worker(POISONABLE);
    await scene.api().settled(deliveryId, 60_000);
    await othersEnd(scene, traffic.posts, since);
    assert.equal(worker.process.signalCode, null);

    const errors = (await scene.api().attempts(deliveryId)).map(({ error }) => error);
    assert.deepEqual(
      errors,
      Array.from({ length: ATTEMPTS }, () => 'the process that sent this died (SIGKILL)'),
    );
    const senders = scene.receiver.of(poison.id).map(({ process }) => process);
    assert.equal(senders.length, UNTIL_ISOLATED + ATTEMPTS);
    assert.equal(new Set(senders).size, senders.length, 'a process for each');
    assert.ok(!senders.includes(worker.process.pid));
    await judge(t, scene, {
      traffic,
      since,
      mayRepeat: ({ id }) => cut.has(id),
      mostRepeats: UNTIL_ISOLATED,
    });
  });
});

const VANISHED = 'the worker that was sending this vanished before it could record the outcome';

/** Whoever reads this answer is killed. */
const POISON = { status: 200, headers: { 'X-Poison': 'kill' } };

/**
 * Without those that need more than a second for an answer: what they leave behind says nothing
 * about who had to wait.
 */
async function openQuickScene(t: TestContext): Promise<Scene> {
  const scene = await openScene(t);
  scene.webhooks.splice(0, Infinity, ...scene.webhooks.filter(({ url }) => !url.endsWith('/slow')));
  return scene;
}

/** Half of the others come before it, half of them after it. */
async function postAmong(
  traffic: ReturnType<typeof startTraffic>,
  webhookId: string,
): Promise<Post> {
  await traffic.accepted(100);
  const post = await traffic.post(webhookId);
  await traffic.accepted(100);
  return post;
}

/**
 * Waits until the worker died, or the delivery ended without that. Half a minute of doubt is over
 * at once in the short form.
 */
async function diesOn(
  { api, database: { pool } }: Scene,
  { process }: Command,
  deliveryId: string,
): Promise<boolean> {
  const isOver = async () => {
    if (!LONG && (await isDoubted(pool, deliveryId))) await endDoubts(pool);
    return process.signalCode !== null || (await api().delivery(deliveryId)).status !== 'pending';
  };
  await until('the worker died, or the delivery ended', isOver, 120_000);
  return process.signalCode !== null;
}

async function isFinal({ api }: Scene, deliveryId: string): Promise<boolean> {
  return (await api().delivery(deliveryId)).status !== 'pending';
}

/**
 * Waits until all of what was accepted before `since` has ended. It need not wait for the poison,
 * only for workers that live.
 */
async function othersEnd({ database: { pool } }: Scene, posts: Post[], since: Date): Promise<void> {
  const ids = posts.map(({ deliveryId }) => deliveryId);
  await until('the others have ended', async () => {
    const { rowCount } = await pool.query(
      `select from deliveries where status = 'pending' and created_at < $1 and id::text = any ($2)`,
      [since, ids],
    );
    return rowCount === 0;
  });
}
