import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpSender } from '../../src/sending/send.ts';
import { sendBarrage } from '../faults/barrage.ts';
import { startHostileEndpoints } from '../faults/hostile-endpoints.ts';
import { watchLeftovers } from '../setup/leftovers.ts';
import { until } from '../setup/until.ts';

test('1,500 sends to hostile endpoints, some given up → no connection, timer or listener is left', async (t) => {
  const leftovers = watchLeftovers();
  const { targets, open } = await startHostileEndpoints(t);
  const sender = new HttpSender({
    bodyLimitBytes: 64 * 1024,
    outbound: { policy: 'internal', allow: [], deny: [] },
    lookupThreads: 4,
  });
  t.after(() => sender.close());
  const before = leftovers();
  // What a first send sets up for good belongs to the start.
  await sendBarrage(sender, targets, targets.length);
  const { listeners } = leftovers();

  const ends = await sendBarrage(sender, targets, 1500);
  assert.equal(ends.response + ends.failure + ends.aborted, 1500);
  assert.ok(ends.response > 100 && ends.failure > 100 && ends.aborted > 10, JSON.stringify(ends));
  assert.equal(ends.listening, 0);

  // Idle connections are closed after some seconds.
  await until('all connections closed', () => open() === 0 && leftovers().pooled === 0);
  await until('timers ended', () => leftovers().timers === before.timers, 5000);
  assert.deepEqual(leftovers(), { ...before, listeners });
});
