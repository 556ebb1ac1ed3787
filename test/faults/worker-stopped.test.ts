import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ending } from '../commands/processes.ts';
import { until } from '../setup/until.ts';
import { ROUNDS } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';

const HELD = 200;
const GRACE_SECONDS = 3;

test('SIGTERM with 200 sends in flight, half of them answered in time → those are recorded, the others returned, exit 0', async (t) => {
  const scene = await openScene(t);
  const traffic = startTraffic(t, scene, { webhooks: [...scene.webhooks] });
  let answer: (status: number) => void = () => {};
  let answered = new Promise<number>(() => {});
  const never = new Promise<number>(() => {});
  const given = new Set<string>();
  const inTime = Array.from({ length: HELD / 2 }, (_, i) =>
    scene.webhook(`/in-time/${i}`, (_arrival, nth) => (nth === 1 ? answered : 200), 'succeeded'),
  );
  const late = Array.from({ length: HELD / 2 }, (_, i) =>
    scene.webhook(`/late/${i}`, (_arrival, nth) => (nth === 1 ? never : 200), 'succeeded'),
  );
  const held = await Promise.all([...inTime, ...late]);

  let since = new Date();
  for (let round = 1; round <= ROUNDS; round += 1) {
    answered = new Promise((resolve) => (answer = resolve));
    const worker = await scene.worker({
      POSTMAND_SHUTDOWN_GRACE_PERIOD: String(GRACE_SECONDS),
      POSTMAND_WORKER_CONCURRENCY: String(HELD),
    });
    for (const { id } of held) await traffic.post(id);
    const open = (prefix: string) =>
      scene.receiver.open().filter(({ path }) => path.startsWith(prefix));
    await until(
      `${HELD} sends`,
      () => open('/in-time').length + open('/late').length === HELD,
      60_000,
    );
    worker.process.kill('SIGTERM');
    since = new Date();
    await worker.event('worker.stopping');
    answer(200);
    assert.deepEqual(await ending(worker, 30_000), { code: 0, signal: null });
    const back = worker.lines
      .filter(({ event }) => event === 'shutdown.handed_back')
      .flatMap(({ delivery_ids }) => delivery_ids as string[]);
    assert.ok(back.length >= HELD / 2, `${back.length} handed back`);
    for (const id of back) given.add(id);
    await traffic.accepted(30);
  }
  await scene.worker();
  // A grace period shorter than a send cuts it off; nothing else was.
  const rows = await judge(t, scene, { traffic, since, mayRepeat: ({ id }) => given.has(id) });
  const sentTwice = rows.filter(
    ({ arrivals, webhook_id }) =>
      arrivals.length > 1 && held.slice(0, HELD / 2).some(({ id }) => id === webhook_id),
  );
  assert.deepEqual(sentTwice, [], 'what was answered in time was recorded');
});
