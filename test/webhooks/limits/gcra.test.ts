import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { intervalMs, lifeMs, nextQuestion, takeTokens } from '../../../src/webhooks/limits/gcra.ts';
import type { RateLimit } from '../../../src/webhooks/limits/rate-limit.ts';

const TEN: RateLimit = { count: 10, per_seconds: 1, burst: 5 };
const ONE: RateLimit = { count: 1, per_seconds: 1, burst: 1 };

type Case = [
  when: string,
  limit: RateLimit,
  given: { ahead: number; wanted: number; life: number },
  then: { tokens: number; ahead: number; left: number; wait: number },
];

const CASES: Case[] = [
  [
    'nothing has started yet, and one is wanted',
    TEN,
    { ahead: -Infinity, wanted: 1, life: 50 },
    { tokens: 1, ahead: 150, left: 3, wait: 0 },
  ],
  [
    'nothing has started yet, and more are wanted than the burst has',
    TEN,
    { ahead: -Infinity, wanted: 9, life: 50 },
    { tokens: 5, ahead: 550, left: 0, wait: 150 },
  ],
  [
    'the burst is used up to the last one',
    TEN,
    { ahead: 400, wanted: 3, life: 50 },
    { tokens: 1, ahead: 500, left: 0, wait: 100 },
  ],
  [
    'the burst is used up',
    TEN,
    { ahead: 401, wanted: 3, life: 50 },
    { tokens: 0, ahead: 401, left: 0, wait: 1 },
  ],
  [
    'two of the burst have come back',
    TEN,
    { ahead: 300, wanted: 3, life: 50 },
    { tokens: 2, ahead: 500, left: 0, wait: 100 },
  ],
  [
    'none is wanted',
    TEN,
    { ahead: 100, wanted: 0, life: 50 },
    { tokens: 0, ahead: 100, left: 4, wait: 0 },
  ],
  [
    'there is no burst, and its time has come',
    ONE,
    { ahead: 0, wanted: 2, life: 40 },
    { tokens: 1, ahead: 1040, left: 0, wait: 1040 },
  ],
  [
    'there is no burst, and its time has not come',
    ONE,
    { ahead: 0.001, wanted: 2, life: 40 },
    { tokens: 0, ahead: 0.001, left: 0, wait: 0.001 },
  ],
  [
    'the state is further ahead than an answer can be, as after a clock that was set back',
    ONE,
    { ahead: 3_600_000, wanted: 1, life: 40 },
    { tokens: 0, ahead: 6000, left: 0, wait: 6000 },
  ],
];

suite('tokens of a rate limit', () => {
  for (const [when, limit, { ahead, wanted, life }, then] of CASES)
    test(`${when} → ${then.tokens}, and ${then.left || `the next one after ${then.wait} ms`}`, () => {
      const { tokens, aheadMs, left, waitMs } = takeTokens(limit, {
        ...{ aheadMs: ahead, wanted, lifeMs: life },
      });
      assert.deepEqual({ tokens, ahead: aheadMs, left, wait: waitMs }, then);
    });

  for (const [limit, life, afterMs, expected] of [
    [{ count: 1, per_seconds: 1, burst: 1 }, 40, 30, 1],
    [{ count: 1, per_seconds: 60, burst: 1 }, 200, 30, 1],
    [{ count: 50, per_seconds: 1, burst: 50 }, 200, 100, 4],
    [{ count: 50, per_seconds: 1, burst: 2 }, 10, 30, 1],
    [{ count: 1000, per_seconds: 1, burst: 20 }, 9.5, 30, 1],
  ] as [RateLimit, number, number, number][])
    test(`${JSON.stringify(limit)} → good for ${life} ms, and where the next one comes after 30 ms, ${expected} after ${afterMs} ms`, () => {
      assert.equal(lifeMs(limit), life);
      assert.deepEqual(nextQuestion(limit, 30), { afterMs, expected });
    });
});

const PART = fc.nat({ max: 1000 }).map((thousandths) => thousandths / 1000);

/** A worker asks some time after the question before, by whomever, and starts within the life. */
const ASKS = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 500 })),
    wanted: fc.integer({ min: 0, max: 12 }),
    life: PART,
    delays: fc.array(PART, { minLength: 12, maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 40 },
);
const LIMITS = fc
  .record({
    count: fc.integer({ min: 1, max: 200 }),
    per_seconds: fc.integer({ min: 1, max: 5 }),
    most: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 })),
  })
  .map(({ most, ...rate }) => ({ ...rate, burst: Math.min(most, rate.count) }));

type Asked = { afterMs: number; wanted: number; life: number; delays: number[] };

/** The starts that the answers allow, where tokens are good for up to `longestMs`. */
function startsOf(
  limit: RateLimit,
  asks: Asked[],
  { longestMs, told = (life: number) => life }: { longestMs: number; told?: typeof Math.abs },
): number[] {
  let [now, nextAt] = [0, -Infinity];
  const starts: number[] = [];
  for (const { afterMs, wanted, life, delays } of asks) {
    now += afterMs;
    const lifeMs = life * longestMs;
    const question = { aheadMs: nextAt - now, wanted, lifeMs: told(lifeMs) };
    const { tokens, aheadMs } = takeTokens(limit, question);
    nextAt = now + aheadMs;
    for (const delay of delays.slice(0, tokens)) starts.push(now + delay * lifeMs);
  }
  return starts.sort((a, b) => a - b);
}

/** The most by which a window has more starts than the burst and its time allow. */
function excessOf(limit: RateLimit, starts: number[]): number {
  const interval = intervalMs(limit);
  let excess = -Infinity;
  for (const [i, first] of starts.entries())
    for (const [n, last] of starts.slice(i).entries())
      excess = Math.max(excess, n + 1 - limit.burst - (last - first) / interval);
  return excess;
}

suite('starts of many workers, each some time after its token', () => {
  test('within the life of the token → no window has more than the burst and its time allow', () => {
    fc.assert(
      fc.property(LIMITS, ASKS, fc.constantFrom(0, 20, 200, 5000), (limit, asks, longestMs) => {
        assert.ok(excessOf(limit, startsOf(limit, asks, { longestMs })) <= 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  test('later than the rate limit was told → it is found that a window has more', () => {
    const found = fc.check(
      fc.property(
        LIMITS,
        ASKS,
        (limit, asks) =>
          excessOf(limit, startsOf(limit, asks, { longestMs: 200, told: () => 0 })) <= 1e-6,
      ),
      { numRuns: 500 },
    );
    assert.ok(found.failed);
  });

  test('asked for as soon as there is one more → at least 95 % of the rate', () => {
    for (const limit of [
      ONE,
      TEN,
      { count: 50, per_seconds: 1, burst: 50 },
      { count: 1, per_seconds: 60, burst: 1 },
      { count: 1000, per_seconds: 1, burst: 100 },
    ]) {
      let [now, aheadMs, tokens] = [0, limit.burst * intervalMs(limit), 0];
      for (let i = 0; i < 1000; i += 1) {
        const given = takeTokens(limit, { aheadMs, wanted: 1, lifeMs: lifeMs(limit) });
        // As the database has it, in whole microseconds.
        const waitMs = Math.ceil(given.waitMs * 1000) / 1000;
        tokens += given.tokens;
        aheadMs = given.aheadMs - waitMs;
        now += waitMs;
      }
      assert.ok(tokens * intervalMs(limit) >= 0.95 * now, JSON.stringify(limit));
    }
  });
});
