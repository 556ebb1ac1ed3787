import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLimited, windowOf, type Limits } from '../../../src/webhooks/limits/window.ts';

const rate = (count: number, per_seconds: number, burst: number) => ({ count, per_seconds, burst });

const CASES: [when: string, limits: Limits, then: number][] = [
  ['no limits', { max_concurrency: null, rate_limit: null }, 1000],
  ['few sends at a time', { max_concurrency: 1, rate_limit: null }, 50],
  ['many sends at a time', { max_concurrency: 100, rate_limit: null }, 400],
  ['more sends at a time than jobs', { max_concurrency: 10_000, rate_limit: null }, 1000],
  ['a slow rate', { max_concurrency: null, rate_limit: rate(1, 3600, 1) }, 50],
  ['a rate', { max_concurrency: null, rate_limit: rate(50, 1, 20) }, 520],
  ['a fast rate', { max_concurrency: null, rate_limit: rate(1000, 1, 1000) }, 1000],
  ['both, the smaller one', { max_concurrency: 20, rate_limit: rate(50, 1, 20) }, 80],
];

for (const [when, limits, then] of CASES)
  test(`a webhook with ${when} → ${then} of 1000 live jobs`, () => {
    assert.equal(windowOf(limits, 1000), then);
    assert.equal(isLimited(limits), when !== 'no limits');
  });

test('fewer live jobs than a limited webhook may have at least → those', () => {
  assert.equal(windowOf({ max_concurrency: 1, rate_limit: null }, 3), 3);
});
