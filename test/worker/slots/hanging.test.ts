import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hanging } from '../../../src/worker/slots/hanging.ts';

/** `tookLong`: when a send took long, and when it had begun. */
type Case = [
  when: string,
  doubtful: boolean,
  given: {
    tookLong?: [at: number, begun: number][];
    quickAt: number;
    lasts?: boolean;
    at: number;
  },
];

const CASES: Case[] = [
  ['nothing hangs', false, { quickAt: 0, at: 0 }],
  ['quick before others began to hang', true, { tookLong: [[2000, 1000]], quickAt: 999, at: 2000 }],
  [
    'quick since others began to hang',
    false,
    { tookLong: [[2000, 1000]], quickAt: 1000, at: 2000 },
  ],
  ['never quick', true, { tookLong: [[2000, 1000]], quickAt: -Infinity, at: 2000 }],
  ['it was over 10 s ago', false, { tookLong: [[2000, 1000]], quickAt: 0, at: 12_001 }],
  ['10 s are not over', true, { tookLong: [[2000, 1000]], quickAt: 0, at: 12_000 }],
  ['it lasts', true, { tookLong: [[2000, 1000]], quickAt: 0, lasts: true, at: 60_000 }],
  [
    'two take long within 2 s, the second begun later → since the first was begun',
    false,
    {
      tookLong: [
        [2000, 1000],
        [4000, 3000],
      ],
      quickAt: 1500,
      at: 4000,
    },
  ],
  [
    'two take long more than 2 s apart → since the second was begun',
    true,
    {
      tookLong: [
        [2000, 1000],
        [4001, 3001],
      ],
      quickAt: 1500,
      at: 4001,
    },
  ],
];

for (const [when, doubtful, { tookLong = [], quickAt, lasts = false, at }] of CASES) {
  test(`${when} → ${doubtful ? 'doubtful' : 'not doubtful'}`, () => {
    let now = 0;
    const hanging = new Hanging(() => now);
    for (const [time, begun] of tookLong) {
      now = time;
      hanging.note(begun);
    }
    now = at;
    assert.equal(hanging.isDoubtful(quickAt, lasts), doubtful);
  });
}
