import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { array, assert as holds, constantFrom, integer, property } from 'fast-check';
import { BOUNDS_MS, bucketOf, percentile } from '../../src/statistics/histogram.ts';

suite('percentiles', () => {
  const CASES: [durations: number[], share: number, expected: number | null][] = [
    [[], 0.5, null],
    [[0], 0.5, 1],
    [[1], 0.99, 1],
    [[2], 0.5, 2],
    [[40], 0.5, 50],
    [[40, 40], 0.5, 40],
    [[40, 40, 40, 40], 0.75, 45],
    [[1, 1, 1, 700], 0.5, 1],
    [[1, 1, 1, 700], 0.99, 750],
    [[5010], 0.5, 5100],
    [[30_008], 0.95, 30_100],
    [[10_000_000], 0.5, 3_600_100],
  ];
  for (const [durations, share, expected] of CASES)
    test(`${share} of ${durations.join(', ') || 'none'} → ${expected}`, () => {
      assert.equal(percentile(countsOf(durations), share), expected);
    });

  test('any durations up to the last bound → the estimate is in the bucket of the true one', () => {
    const durations = array(integer({ min: 0, max: 3_600_100 }), { minLength: 1 });
    holds(
      property(durations, constantFrom(0.5, 0.95, 0.99), (all, share) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? 0;
        const estimate = percentile(countsOf(all), share) ?? Number.NaN;
        assert.equal(bucketOf(estimate), bucketOf(exact));
      }),
    );
  });

  test('durations around each bound → its bucket has the bound itself, and the next one what is longer', () => {
    for (const [place, bound] of BOUNDS_MS.entries()) {
      assert.equal(bucketOf(bound), place);
      assert.equal(bucketOf(bound + 1), Math.min(place + 1, BOUNDS_MS.length - 1));
    }
  });
});

function countsOf(durations: number[]): number[] {
  const counts = BOUNDS_MS.map(() => 0);
  for (const one of durations) counts[bucketOf(one)] = (counts[bucketOf(one)] ?? 0) + 1;
  return counts;
}
