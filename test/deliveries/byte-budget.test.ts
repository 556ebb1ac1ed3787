import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createByteBudget } from '../../src/deliveries/byte-budget.ts';

const LIMIT = 1000;

const CASES: [when: string, used: number, bytes: number, share: number, taken: boolean][] = [
  ['nothing is used', 0, 1, 1, true],
  ['as much as there is', 0, 1000, 1, true],
  ['up to the last byte', 600, 400, 1, true],
  ['a byte too much', 600, 401, 1, false],
  ['up to the last byte of a half', 100, 400, 0.5, true],
  ['a byte more than a half', 100, 401, 0.5, false],
  ['others have filled the half', 500, 1, 0.5, false],
  ['others have filled the half, but this may fill three quarters', 500, 250, 0.75, true],
  ['all is used, and it is empty', 1000, 0, 1, true],
  ['more than all is used, and it is empty', 5000, 0, 1, false],
  ['larger than all, with nothing else', 0, 5000, 1, true],
  ['larger than its share, with nothing else', 0, 800, 0.5, true],
  ['larger than its share, with something else', 1, 800, 0.5, false],
];

for (const [when, used, bytes, share, taken] of CASES) {
  test(`${when}: ${used} of ${LIMIT} used, ${bytes} more, a share of ${share} → ${taken ? 'taken' : 'refused'}`, () => {
    const budget = createByteBudget(LIMIT);
    assert.ok(used === 0 || budget.take(used, 1));
    assert.equal(budget.take(bytes, share), taken);
    assert.equal(budget.used(), taken ? used + bytes : used);
  });
}

test('given back → there is room again', () => {
  const budget = createByteBudget(LIMIT);
  assert.ok(budget.take(1500, 1));
  assert.equal(budget.take(10, 1), false);
  budget.give(1500);
  assert.equal(budget.used(), 0);
  assert.ok(budget.take(10, 1));
});
