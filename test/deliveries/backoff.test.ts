import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelaySeconds } from '../../src/deliveries/backoff.ts';

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
];

for (const [retry_min_backoff, retry_max_backoff, attempt, seconds] of CASES) {
  test(`backoff ${retry_min_backoff} to ${retry_max_backoff} s, failed attempt ${attempt} → ${seconds} s`, () => {
    assert.equal(retryDelaySeconds({ retry_min_backoff, retry_max_backoff, max_delivery_attempts: 32_767 }, attempt), seconds);
  });
}
