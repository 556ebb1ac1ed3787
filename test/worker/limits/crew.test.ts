import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { intervalMs } from '../../../src/webhooks/limits/gcra.ts';
import type { RateLimit } from '../../../src/webhooks/limits/rate-limit.ts';
import { addWebhook } from '../../setup/rows.ts';
import { freshWorkerQueue } from '../../setup/worker-queue.ts';
import { enqueueNew, startCrew, type Start } from './crew.ts';

/** The most by which a window has more starts than the burst and its time allow. */
function excessOf(limit: RateLimit, starts: Start[]): number {
  const times = starts.map(({ at }) => at).sort((a, b) => a - b);
  let excess = -Infinity;
  for (const [i, first] of times.entries())
    for (const [n, last] of times.slice(i).entries())
      excess = Math.max(excess, n + 1 - limit.burst - (last - first) / intervalMs(limit));
  return excess;
}

const mostUnderWay = (starts: Start[]) => Math.max(...starts.map(({ underWay }) => underWay));

suite('limits that four workers share', () => {
  for (const [max_concurrency, sendMs, count] of [
    [1, 20, 40],
    [7, 50, 200],
  ] as const)
    test(`max_concurrency ${max_concurrency} and 1000 due deliveries → so many at a time, never more, and few claims and returns for each`, async (t) => {
      const worker = await freshWorkerQueue(t);
      const { id } = await addWebhook(worker, { max_concurrency });
      await enqueueNew(worker, id, 1000);
      const { starts, started, counts } = await startCrew(t, worker, { workers: 4, sendMs });
      await started(count, 60_000);
      t.diagnostic(JSON.stringify(counts));
      assert.equal(mostUnderWay(starts), max_concurrency);
      assert.ok(counts.claims + counts.returned <= 10 * starts.length, JSON.stringify(counts));
    });

  for (const rate_limit of [
    { count: 50, per_seconds: 1, burst: 50 },
    { count: 20, per_seconds: 1, burst: 2 },
    { count: 4, per_seconds: 1, burst: 1 },
  ])
    test(`${JSON.stringify(rate_limit)} and 1000 due deliveries → in every window at most the burst and what its time allows, and few claims and returns for each`, async (t) => {
      const worker = await freshWorkerQueue(t);
      const { id } = await addWebhook(worker, { rate_limit });
      await enqueueNew(worker, id, 1000);
      const sendMs = () => 30 * Math.random();
      const { starts, started, counts } = await startCrew(t, worker, { workers: 4, sendMs });
      await started(rate_limit.burst + 4 * rate_limit.count, 60_000);
      const excess = excessOf(rate_limit, starts);
      const tookMs = (starts.at(-1)?.at ?? 0) - (starts[0]?.at ?? 0);
      const perSecond = ((starts.length - rate_limit.burst) * 1000) / tookMs;
      t.diagnostic(`${perSecond.toFixed(1)} a second, ${JSON.stringify(counts)}`);
      assert.ok(excess <= 0, `${excess} too many`);
      assert.ok(counts.claims + counts.returned <= 15 * starts.length, JSON.stringify(counts));
    });

  test('50 a second with a burst of 50 → at least 90 % of that, once the burst is used up', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id } = await addWebhook(worker, {
      rate_limit: { count: 50, per_seconds: 1, burst: 50 },
    });
    await enqueueNew(worker, id, 1000);
    const { starts, started } = await startCrew(t, worker, { workers: 2, sendMs: 10 });
    await started(100);
    const from = starts[99]?.at ?? 0;
    await started(350, 60_000);
    const perSecond = 250_000 / ((starts[349]?.at ?? 0) - from);
    assert.ok(perSecond >= 45, `${perSecond} a second`);
  });

  test('one webhook is at its limit, and others have none → the others are sent at once, as are those of the limited one when it has places', async (t) => {
    const worker = await freshWorkerQueue(t);
    const limited = await addWebhook(worker, { max_concurrency: 1, url: 'http://limited' });
    const others = await Promise.all([1, 2, 3].map(() => addWebhook(worker)));
    const { starts, started } = await startCrew(t, worker, {
      workers: 2,
      sendMs: (url) => (url === 'http://limited' ? 2000 : 5),
    });
    await enqueueNew(worker, limited.id, 100);
    await started(1);
    for (const { id } of others) await enqueueNew(worker, id, 20);
    await started(61);
    const ofLimited = starts.filter(({ url }) => url === 'http://limited');
    assert.ok(ofLimited.length <= 3 && mostUnderWay(ofLimited) === 1, `${ofLimited.length} sends`);
  });

  test('the limit is lowered while sends are under way → new ones begin when fewer are left than that', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id } = await addWebhook(worker, { max_concurrency: 6 });
    await enqueueNew(worker, id, 1000);
    const { starts, started } = await startCrew(t, worker, { workers: 2, sendMs: 150 });
    await started(60);
    await worker.pool.query('update webhooks set max_concurrency = 2 where id = $1', [id]);
    const before = starts.length;
    await started(before + 30);
    assert.equal(mostUnderWay(starts), 6);
    assert.equal(mostUnderWay(starts.slice(before + 12)), 2);
  });
});
