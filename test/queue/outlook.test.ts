import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';
import { until } from '../setup/until.ts';

const [MOST, HOUR_SECONDS] = [10_000, 3600];

suite('how long nothing can be claimed', { concurrency: 4 }, () => {
  test('an empty queue → as long as may be', async (t) => {
    const { queue } = await listening(t);
    assert.equal(await queue.quietMs(), MOST);
  });

  test('a job is due in some seconds → until then', async (t) => {
    const { queue, add } = await listening(t);
    await add(HOUR_SECONDS);
    assert.equal(await queue.quietMs(), MOST);
    await add(5);
    const quietMs = await queue.quietMs();
    assert.ok(quietMs > 0 && quietMs <= 5000, `${quietMs}`);
  });

  test('a job is due, or claimed → not at all, until it has ended', async (t) => {
    const { queue, add, commit } = await listening(t);
    await add(0);
    assert.equal(await queue.quietMs(), 0);
    const claims = await claimed(queue, 1);
    assert.equal(claims.length, 1);
    assert.equal(await queue.quietMs(), 0);
    await commit((tx) => queue.finish(tx, claims));
    assert.equal(await queue.quietMs(), MOST);
  });

  test('more jobs wait than are read → not at all', async (t) => {
    const { queue, add } = await listening(t);
    await add(HOUR_SECONDS, 499);
    assert.equal(await queue.quietMs(), MOST);
    await add(HOUR_SECONDS);
    assert.equal(await queue.quietMs(), 0);
  });

  test('nobody listens → not at all', async (t) => {
    const { queue } = await freshWorkerQueue(t);
    assert.equal(await queue.quietMs(), 0);
  });
});

async function listening(t: TestContext) {
  const { queue, commit } = await freshWorkerQueue(t);
  await queue.listen(() => {});
  await until('it was heard', async () => (await queue.quietMs()) > 0);
  const add = (delaySeconds: number, count = 1) =>
    commit((tx) =>
      queue.enqueue(
        tx,
        Array.from({ length: count }, () => {
          return { deliveryId: randomUUID(), webhookId: randomUUID(), delaySeconds };
        }),
      ),
    );
  return { queue, commit, add };
}
