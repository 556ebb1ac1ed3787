import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { until } from '../setup/until.ts';

const METRICS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];

test('the event loop is blocked between two scrapes → its lag is in the second, not in the third', async () => {
  const metrics = createMetrics();
  const first = await read(metrics);
  assert.deepEqual(Object.keys(first), METRICS);
  assert.ok(Object.values(first).every((seconds) => seconds === 0));
  // The timer has to fire before a block and after it.
  const firing = () => new Promise((resolve) => setTimeout(resolve, 150));
  await until('a block that is measured', async () => {
    await firing();
    const end = performance.now() + 300;
    while (performance.now() < end);
    await firing();
    const { max = 0 } = await read(metrics);
    return max > 0.1 && max < 10;
  });
  await until('calm', async () => ((await read(metrics))['max'] ?? 1) < 0.1);
});

async function read(metrics: ReturnType<typeof createMetrics>): Promise<Record<string, number>> {
  const text = await metrics.text();
  const lines = text.matchAll(/^nodejs_eventloop_lag_(\w+)_seconds (\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
}
