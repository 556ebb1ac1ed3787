import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteBudget } from '../../src/worker/byte-budget.ts';

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
  ['larger than all, with nothing else', 0, 5000, 1, true],
  ['larger than its share, with nothing else', 0, 800, 0.5, true],
  ['larger than its share, with something else', 1, 800, 0.5, false],
];

for (const [when, used, bytes, share, taken] of CASES) {
  test(`${when}: ${used} of ${LIMIT} used, ${bytes} more, a share of ${share} → ${taken ? 'taken' : 'refused'}`, () => {
    const budget = new ByteBudget(LIMIT);
    assert.ok(used === 0 || budget.takeLong(used, 1));
    assert.equal(budget.takeLong(bytes, share), taken);
    assert.equal(budget.used(), taken ? used + bytes : used);
  });
}

test('given back → there is room again', () => {
  const budget = new ByteBudget(LIMIT);
  assert.ok(budget.takeLong(1500, 1));
  assert.equal(budget.takeLong(10, 1), false);
  budget.giveLong(1500);
  assert.equal(budget.used(), 0);
  assert.ok(budget.takeLong(10, 1));
});

test('short payloads → always let in, and long ones have what they leave', () => {
  const budget = new ByteBudget(LIMIT);
  budget.takeLong(900, 1);
  budget.takeShort(200);
  assert.deepEqual([budget.used(), budget.takeLong(10, 1)], [1100, false]);
  budget.giveLong(900);
  budget.giveShort(150);
  assert.deepEqual([budget.takeLong(950, 1), budget.used()], [true, 1000]);
});

test('one that is larger than its share waits, beside steady others → they wait for it, for 30 s at most', () => {
  let now = 0;
  const budget = new ByteBudget(LIMIT, () => now);
  budget.takeShort(100);
  assert.ok(budget.takeLong(100, 0.5));
  assert.equal(budget.takeLong(800, 0.5), false);
  assert.equal(budget.takeLong(10, 0.5), false);
  budget.giveLong(100);
  assert.ok(budget.takeLong(800, 0.5));
  budget.giveLong(800);
  assert.ok(budget.takeLong(10, 0.5));
  assert.equal(budget.takeLong(800, 0.5), false);
  now += 30_000;
  assert.ok(budget.takeLong(10, 0.5));
});
