import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { until } from '../setup/until.ts';
import { claimed, expire, takeBack } from './claims.ts';
import { LONG } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart } from './scene.ts';
import { nobodyWaits } from './settling.ts';
import { startTraffic } from './traffic.ts';

test('one payload among 200 on which workers die → it ends as a recorded failure, the others are delivered', async (t) => {
  const scene = await openScene(t);
  const { pool, url } = scene.database;
  // Each delivery that was under way when workers died may have to be sent alone: slow ones would take very long.
  scene.webhooks.splice(0, Infinity, ...scene.webhooks.filter(({ url }) => !url.endsWith('/slow')));
  let worker: Command | undefined;
  let deaths = 0;
  const deadly = () => {
    deaths += 1;
    worker?.process.kill('SIGKILL');
    return new Promise<never>(() => {});
  };
  const webhook = await webhookApart(scene, '/deadly', deadly, 'failed', { max_delivery_attempts: 3 });
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: 100 });
  await traffic.accepted(100);
  const { deliveryId: poison = '' } = await traffic.post(webhook.id);
  await traffic.accepted(100);

  const since = new Date();
  const cut = new Set<string>();
  const isFinal = async () => (await scene.api().delivery(poison)).status !== 'pending';
  while (!(await isFinal())) {
    assert.ok(deaths < 10, 'workers die on and on');
    // It may die before it says that it has started.
    worker = postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: url } });
    scene.processes.push(worker);
    const { process } = worker;
    await until('the worker died, or the poison is final', async () => process.signalCode !== null || isFinal(), 120_000);
    if (process.signalCode === null) continue;
    await nobodyWaits(pool);
    const ids = await claimed(pool);
    for (const id of ids) cut.add(id);
    if (LONG) continue;
    await expire(pool, ids);
    await takeBack(pool);
  }

  const [attempt] = await scene.api().attempts(poison);
  assert.match(attempt?.error ?? '', /^the worker died 5 times while sending this/);
  assert.equal(deaths, 5);
  await judge(t, scene, traffic, {
    since,
    // Whatever was under way when a worker died may arrive again, each time: promise 4.
    mayRepeat: ({ id }) => cut.has(id),
    mostRepeats: deaths,
    // Every further try would cost another worker, however many its webhook allows.
    attempts: ({ id }) => (id === poison ? 1 : undefined),
  });
});
