import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ends, type End } from '../../../src/worker/claiming/ends.ts';

/** A claim at a time, how long it took, and what it told. */
type Claim = { from: End; at: number; tookMs?: number } & Partial<Told>;
type Told = { more: boolean; hidden: boolean; redeliveries: boolean };

const NEW: Claim = { from: 'newest', at: 0 };
const OLD: Claim = { from: 'oldest', at: 0 };

/** `woken`: the new end is wanted after the claims. Then: what is claimed from next, and when. */
const CASES: [
  when: string,
  then: [End, at: number] | 'nothing',
  claims: Claim[],
  woken?: boolean,
][] = [
  ['it starts', ['newest', 0], []],
  ['the new end had no more', 'nothing', [NEW]],
  ['the new end had no more, and it is woken', ['newest', 0], [NEW], true],
  ['a claim took 30 ms, and it is woken', ['newest', 60], [{ ...NEW, tookMs: 30 }], true],
  ['the new end had more', ['oldest', 0], [{ ...NEW, more: true }]],
  [
    'both had more, and it is woken',
    ['newest', 0],
    [
      { ...NEW, more: true },
      { ...OLD, more: true },
    ],
    true,
  ],
  [
    'both had more',
    ['oldest', 20],
    [
      { ...NEW, more: true },
      { ...OLD, more: true },
    ],
  ],
  ['the old end had no more', 'nothing', [{ ...NEW, more: true }, OLD]],
  ['jobs are hidden', ['oldest', 0], [{ ...NEW, hidden: true }]],
  [
    'jobs are hidden, and the old end was claimed from just now',
    ['oldest', 200],
    [{ ...NEW, hidden: true }, OLD, { ...NEW, hidden: true }],
  ],
  [
    'jobs are hidden, and a claim of the old end just took 50 ms',
    ['oldest', 500],
    [
      { ...NEW, hidden: true },
      { ...OLD, tookMs: 50 },
      { ...NEW, hidden: true },
    ],
  ],
  [
    'jobs are hidden behind some that are due, and the old end was put off before',
    ['oldest', 20],
    [{ ...NEW, hidden: true }, OLD, { ...NEW, hidden: true }, { ...NEW, more: true, hidden: true }],
  ],
  ['redeliveries wait', ['oldest', 0], [{ ...NEW, redeliveries: true }]],
  [
    'redeliveries wait, and the old end was claimed from just now',
    ['oldest', 20],
    [{ ...NEW, redeliveries: true }, OLD, { ...NEW, redeliveries: true }],
  ],
  [
    'redeliveries wait, and a claim of the old end just took 50 ms',
    ['oldest', 500],
    [
      { ...NEW, redeliveries: true },
      { ...OLD, tookMs: 50 },
      { ...NEW, redeliveries: true },
    ],
  ],
];

for (const [when, then, claims, woken = false] of CASES) {
  test(`${when} → ${then === 'nothing' ? then : `the ${then[0]}, ${then[1]} ms later`}`, () => {
    const ends = new Ends();
    for (const { from, at, tookMs = 0, ...told } of claims) {
      ends.begin(from, at);
      ends.note(from, { more: false, hidden: false, redeliveries: false, ...told });
      ends.finish(from, at, at + tookMs);
    }
    if (woken) ends.want('newest');
    const at = ends.nextAt(ends.wanted());
    const next = ends.next(ends.wanted(), at);
    assert.deepEqual(next === undefined ? 'nothing' : [next, at], then);
    if (at > 0) assert.equal(ends.next(ends.wanted(), at - 1), undefined);
  });
}

test('a webhook that was left out may have more → where it is found first', () => {
  for (const [more, end] of [
    [false, 'newest'],
    [true, 'oldest'],
  ] as const) {
    const ends = new Ends();
    ends.begin('newest', 0);
    ends.begin('oldest', 0);
    ends.note('oldest', { more, hidden: false, redeliveries: false });
    ends.wantMore();
    assert.deepEqual(ends.wanted(), [end]);
  }
});
