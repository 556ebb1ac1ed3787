import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { afterStep, MOST_COUNTED } from '../../src/operations/operation.ts';

type Case = {
  title: string;
  before: [matched: number, done: number, skipped: number];
  step: [done: number, skipped: number, isLast: boolean];
  after: [matched: number, done: number, skipped: number, state: string];
};

const CASES: Case[] = [
  {
    title: 'a step in the middle → its counts are added',
    before: [10, 2, 1],
    step: [3, 1, false],
    after: [10, 5, 2, 'running'],
  },
  {
    title: 'more was seen than counted → what was counted grows',
    before: [10, 9, 0],
    step: [3, 0, false],
    after: [12, 12, 0, 'running'],
  },
  {
    title: 'the last step → done',
    before: [10, 7, 1],
    step: [2, 0, true],
    after: [10, 9, 1, 'done'],
  },
  {
    title: 'the last step, and some that were counted were never seen → they count as skipped',
    before: [10, 5, 0],
    step: [2, 0, true],
    after: [10, 7, 3, 'done'],
  },
  {
    title: 'nothing matched → done with zeros',
    before: [0, 0, 0],
    step: [0, 0, true],
    after: [0, 0, 0, 'done'],
  },
  {
    title: 'counting had stopped → at the end it is what was seen',
    before: [MOST_COUNTED, MOST_COUNTED - 5, 0],
    step: [3, 0, true],
    after: [MOST_COUNTED - 2, MOST_COUNTED - 2, 0, 'done'],
  },
];

suite('how far an operation is after a step', () => {
  for (const { title, before, step, after } of CASES)
    test(title, () => {
      const [matched, done, skipped] = before;
      const [moreDone, moreSkipped, isLast] = step;
      const standing = afterStep(
        { matched, done, skipped },
        { done: moreDone, skipped: moreSkipped, place: null, isLast },
      );
      const expected = { matched: after[0], done: after[1], skipped: after[2], state: after[3] };
      assert.deepEqual(standing, expected);
    });
});
