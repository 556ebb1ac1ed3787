import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene } from './scene.ts';
import { startTraffic } from './traffic.ts';

const HOUR_MS = 3_600_000;

const env = (offsetMs: number) => ({
  NODE_OPTIONS: `--import=${fileURLToPath(new URL('clock-off.ts', import.meta.url))}`,
  CLOCK_OFFSET_MS: String(offsetMs),
});

test('a server and workers whose clocks are an hour off, ahead and behind → everything happens by the clock of PostgreSQL', async (t) => {
  const before = Date.now();
  const scene = await openScene(t, { env: env(HOUR_MS) });
  const traffic = startTraffic(t, scene);
  const workers = [
    await scene.worker(env(HOUR_MS)),
    await scene.worker(env(-HOUR_MS)),
    await scene.worker({ CLOCK_OFFSET_MS: '0' }),
  ];
  await traffic.accepted(sized(200, 3000), 240_000);
  // Nothing was interrupted, so nothing may be sent twice.
  const rows = await judge(t, scene, { traffic, since: new Date() });

  const shifts = workers.map(({ lines }) =>
    ((Date.parse(lines[0]?.time ?? '') - Date.now()) / HOUR_MS).toFixed(0),
  );
  assert.deepEqual(shifts, ['1', '-1', '-0'], 'the clocks are off');
  for (const worker of workers)
    assert.ok(
      worker.lines.some(({ event }) => event === 'delivery.attempted'),
      'each took part',
    );
  for (const { created_at, updated_at } of rows) {
    assert.ok(
      Date.parse(created_at) >= before && Date.parse(updated_at) <= Date.now(),
      `${created_at} to ${updated_at}`,
    );
  }
  // The second attempt waits for the backoff of a second, and not for an hour.
  const retried = rows.filter(({ recorded }) => recorded.length > 1);
  assert.ok(retried.length > 0);
  for (const {
    arrivals: [first, second],
  } of retried)
    assert.ok((second?.at ?? 0) - (first?.endedAt ?? 0) > 900);
});
