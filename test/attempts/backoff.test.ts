import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { retryDelaySeconds } from '../../src/attempts/backoff.ts';

const CASES: [min: number, max: number, attempt: number, seconds: number][] = [
  [1, 60, 1, 1],
  [1, 60, 2, 2],
  [1, 60, 3, 4],
  [1, 60, 6, 32],
  [1, 60, 7, 60],
  [1, 60, 8, 60],
  [3, 12, 1, 3],
  [3, 12, 3, 12],
  [5, 5, 1, 5],
  [10, 4, 1, 4],
  [604_800, 604_800, 1, 604_800],
  [1, 604_800, 32_767, 604_800],
  [0, 60, 1, 0],
  [0, 60, 1025, 0],
  [0, 0, 1_000_000, 0],
  [-5, 60, 1025, 0],
  [5, -60, 3, 0],
  [2_147_483_647, 2_147_483_647, 1_000_000, 2_147_483_647],
];

for (const [retry_min_backoff, retry_max_backoff, attempt, seconds] of CASES) {
  test(`backoff ${retry_min_backoff} to ${retry_max_backoff} s, failed attempt ${attempt} → ${seconds} s`, () => {
    assert.equal(delay(retry_min_backoff, retry_max_backoff, attempt), seconds);
  });
}

suite('backoff of any webhook that the table can hold, after any attempt', () => {
  const INTEGER = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const SETTING = fc.oneof(
    fc.constantFrom(-(2 ** 31), -1, 0, 1, 2 ** 31 - 1),
    fc.integer({ min: -10, max: 700_000 }),
    INTEGER,
  );
  const ATTEMPT = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1000, max: 1100 }),
    fc.integer({ min: 1, max: 2 ** 31 }),
  );
  const holds = (property: (min: number, max: number, attempt: number) => void) =>
    fc.assert(fc.property(SETTING, SETTING, ATTEMPT, property), { numRuns: 5000 });

  test('→ a number of seconds from 0 to the maximum', () =>
    holds((min, max, attempt) => {
      const seconds = delay(min, max, attempt);
      assert.ok(
        Number.isFinite(seconds) &&
          !Object.is(seconds, -0) &&
          seconds >= 0 &&
          seconds <= Math.max(0, max),
        `${seconds} s`,
      );
    }));

  test('→ not shorter after the next attempt', () =>
    holds((min, max, attempt) =>
      assert.ok(delay(min, max, attempt) <= delay(min, max, attempt + 1)),
    ));

  test('→ what the formula gives where that is a number of 0 or more', () =>
    holds((min, max, attempt) => {
      const formula = Math.min(max, min * 2 ** (attempt - 1));
      fc.pre(formula >= 0);
      assert.equal(delay(min, max, attempt), formula === 0 ? 0 : formula);
    }));
});

function delay(retry_min_backoff: number, retry_max_backoff: number, attempt: number): number {
  return retryDelaySeconds(
    { retry_min_backoff, retry_max_backoff, max_delivery_attempts: 32_767 },
    attempt,
  );
}
