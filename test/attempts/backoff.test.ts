import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { retryDelaySeconds, type RetryPolicy } from '../../src/attempts/backoff.ts';

const PLAIN: RetryPolicy = {
  max_delivery_attempts: 32_767,
  retry_min_backoff: 7,
  retry_max_backoff: 700,
  retry_schedule: null,
  retry_jitter: 0,
};

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

const SCHEDULES: [schedule: number[], attempt: number, seconds: number][] = [
  [[5, 300, 3600], 1, 5],
  [[5, 300, 3600], 2, 300],
  [[5, 300, 3600], 3, 3600],
  [[5, 300, 3600], 4, 3600],
  [[5, 300, 3600], 32_767, 3600],
  [[5, 300, 3600], 0, 5],
  [[60], 1, 60],
  [[60], 9, 60],
  [[3600, 1], 2, 1],
  [[604_800], 2, 604_800],
];

for (const [retry_schedule, attempt, seconds] of SCHEDULES) {
  test(`schedule ${retry_schedule.join(', ')} s, failed attempt ${attempt} → ${seconds} s, whatever the backoffs`, () => {
    const policy = { ...PLAIN, retry_schedule };
    assert.equal(retryDelaySeconds(policy, attempt, never), seconds);
  });
}

test('a schedule without entries, as only another program could have stored it → the backoffs', () => {
  assert.equal(retryDelaySeconds({ ...PLAIN, retry_schedule: [] }, 2, never), 14);
});

const JITTERS: [jitter: number, random: number, schedule: number[] | null, seconds: number][] = [
  [1, 0, null, 7],
  [1, 0.5, null, 10.5],
  [1, 1, null, 14],
  [0.2, 1, null, 8.4],
  [0.1, 0.123_456_789, [10], 10.123],
  [0.5, 1, [604_800], 907_200],
];

for (const [retry_jitter, random, retry_schedule, seconds] of JITTERS) {
  const delay = retry_schedule === null ? 7 : retry_schedule[0];
  test(`${delay} s with jitter ${retry_jitter}, and chance gives ${random} → ${seconds} s`, () => {
    const policy = { ...PLAIN, retry_schedule, retry_jitter };
    assert.equal(
      retryDelaySeconds(policy, 1, () => random),
      seconds,
    );
  });
}

suite('schedule and jitter of any webhook, after any attempt', () => {
  const POLICY = fc.record({
    max_delivery_attempts: fc.integer({ min: 1, max: 32_767 }),
    retry_min_backoff: fc.integer({ min: 0, max: 604_800 }),
    retry_max_backoff: fc.integer({ min: 0, max: 604_800 }),
    retry_schedule: fc.option(
      fc.array(fc.integer({ min: 1, max: 604_800 }), { minLength: 1, maxLength: 50 }),
    ),
    retry_jitter: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  });
  const ATTEMPT = fc.integer({ min: 1, max: 32_767 });
  const CHANCE = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
  const holds = (property: (policy: RetryPolicy, attempt: number, chance: number) => void) =>
    fc.assert(fc.property(POLICY, ATTEMPT, CHANCE, property), { numRuns: 5000 });

  test('→ never sooner than without jitter, and later by no more than that share of it', () =>
    holds((policy, attempt, chance) => {
      const least = retryDelaySeconds({ ...policy, retry_jitter: 0 }, attempt, never);
      const seconds = retryDelaySeconds(policy, attempt, () => chance);
      assert.ok(seconds >= least && seconds <= least * (1 + policy.retry_jitter), `${seconds} s`);
    }));

  test('→ without jitter a whole number of seconds, the same whatever chance says', () =>
    holds((policy, attempt) => {
      const plain = { ...policy, retry_jitter: 0 };
      assert.ok(Number.isInteger(retryDelaySeconds(plain, attempt, never)));
    }));
});

/** Where nothing is left to chance, chance is not asked. */
function never(): number {
  return assert.fail('chance was asked');
}

function delay(retry_min_backoff: number, retry_max_backoff: number, attempt: number): number {
  return retryDelaySeconds({ ...PLAIN, retry_min_backoff, retry_max_backoff }, attempt, never);
}
