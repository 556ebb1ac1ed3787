import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLeaseCheck } from '../../src/upkeep/lease-check.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { keepingLog } from '../setup/parts.ts';

test('passes fail for minutes → an error a minute from the first minute on, the age in the metrics, and no more errors after a success', async () => {
  let [now, broken] = [0, false];
  const [log, metrics] = [keepingLog(), createMetrics()];
  const looked = { ended: 0, pauseMs: 700 };
  const queue = {
    endLost: () => (broken ? Promise.reject(new Error('no')) : Promise.resolve(looked)),
  };
  const check = createLeaseCheck({ queue, metrics, log }, () => now);
  assert.equal(await check(), looked.pauseMs);
  broken = true;
  for (; now < 150_000; now += 5000) await check().catch(() => {});
  assert.deepEqual(
    log.lines.map(({ level, event, fields }) => [level, event, fields['seconds']]),
    [
      ['error', 'leases.not_checked', 60],
      ['error', 'leases.not_checked', 120],
    ],
  );
  assert.match(await metrics.text(), /^postmand_lease_check_age_seconds 150$/m);
  broken = false;
  await check();
  assert.match(await metrics.text(), /^postmand_lease_check_age_seconds 0$/m);
  broken = true;
  now += 59_000;
  await assert.rejects(check());
  assert.equal(log.lines.length, 2);
});
