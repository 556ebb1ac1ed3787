import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { atMost } from '../../src/process/at-most.ts';

const HOUR_MS = 3_600_000;
const failing = () => Promise.reject(new Error('no'));
const endless = () => new Promise(() => {});

suite('atMost', () => {
  for (const [when, ms, work, then] of [
    ['work that ends in time', HOUR_MS, () => Promise.resolve('done'), 'ended'],
    ['work that fails in time', HOUR_MS, failing, 'no'],
    ['work that has no end', 1, endless, 'ended'],
    ['work that ends at once, and no time at all', 0, () => Promise.resolve(), 'ended'],
    ['work that fails at once, and no time at all', 0, failing, 'no'],
  ] as const) {
    test(`${when} → ${then}, and no timer is left`, async () => {
      const outcome = await atMost(ms, work()).then(
        () => 'ended',
        (error: Error) => error.message,
      );
      assert.equal(outcome, then);
      assert.ok(!process.getActiveResourcesInfo().includes('Timeout'));
    });
  }

  test('work that fails after its time → the failure goes nowhere', async () => {
    let fail = (_error: Error) => {};
    const late = new Promise((_resolve, reject) => (fail = reject));
    await atMost(1, late);
    // An unhandled rejection would end the process of this test.
    fail(new Error('late'));
    await new Promise(setImmediate);
  });
});
