import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  acceptedProblems,
  budgetProblems,
  burstOf,
  endProblems,
  headProblems,
  orderProblems,
  outboxProblems,
  permitProblems,
  placeProblems,
  reasonProblems,
  windowProblems,
  type GateRow,
  type Stored,
  type Turn,
} from './gate-rules.ts';

const PENDING: GateRow = {
  id: 'a',
  webhook_id: 'w',
  status: 'pending',
  held: false,
  held_reason: null,
  is_head: false,
  ordering_key: null,
  sequence: null,
  failed_reason: null,
  waits: false,
  delivery_attempts: 0,
  unbudgeted_attempts: 0,
  redeliveries: 0,
  probes: 0,
  max: 3,
  blocks: false,
  jobs: 1,
};
const HELD = { ...PENDING, held: true, held_reason: 'ordered', jobs: 0 };
const WAITING = { ...HELD, held_reason: 'outbox', waits: true };
const ENDED = { ...PENDING, status: 'succeeded', jobs: 0 };
const FAILED = { ...ENDED, status: 'failed', failed_reason: 'attempts' };

type Case = [name: string, row: GateRow, problem: RegExp | undefined];

function table(rule: (row: GateRow) => Iterable<string>, cases: Case[]): void {
  for (const [name, row, problem] of cases)
    test(`${name} → ${problem?.source ?? 'no problem'}`, () => expect(rule(row), problem));
}

function expect(found: Iterable<string>, problem: RegExp | undefined): void {
  const problems = [...found];
  if (problem === undefined) assert.deepEqual(problems, []);
  else assert.match(problems.join('\n'), problem);
}

suite('the outbox', () => {
  table(outboxProblems, [
    ['waiting', WAITING, undefined],
    ['held for another reason', HELD, undefined],
    [
      'taken in for no reason',
      { ...WAITING, waits: false },
      /not in the outbox, and held for outbox/,
    ],
    ['waiting with a job', { ...PENDING, waits: true }, /in the outbox, and held for null/],
    ['waiting, with a sequence', { ...WAITING, sequence: 7 }, /but 7 of its key/],
    ['waiting, and head', { ...WAITING, is_head: true }, /but null of its key/],
    [
      'the redelivered head of its key',
      { ...WAITING, sequence: 7, is_head: true, redeliveries: 1 },
      undefined,
    ],
    [
      'redelivered, with its sequence, though it was no head',
      { ...WAITING, sequence: 7, redeliveries: 1 },
      /in the outbox, but 7 of its key/,
    ],
    ['waiting, and ended', { ...WAITING, status: 'failed' }, /failed, but in the outbox/],
  ]);
});

suite('a place for each delivery', () => {
  table(placeProblems, [
    ['pending with a job', PENDING, undefined],
    ['pending without a job', { ...PENDING, jobs: 0 }, /pending, with 0 jobs instead of 1/],
    ['pending with two jobs', { ...PENDING, jobs: 2 }, /2 jobs instead of 1/],
    ['held without a job', HELD, undefined],
    ['held with a job', { ...HELD, jobs: 1 }, /held \(ordered\), with 1 jobs instead of 0/],
    ['held without a reason', { ...HELD, held_reason: null }, /held for null/],
    ['a reason, but not held', { ...PENDING, held_reason: 'later' }, /not held for later/],
    ['ended', ENDED, undefined],
    ['ended with a job', { ...ENDED, jobs: 1 }, /succeeded, with 1 jobs/],
  ]);
});

suite('the end of a delivery', () => {
  table(endProblems, [
    ['a pending head that is held', { ...HELD, is_head: true }, undefined],
    ['ended', ENDED, undefined],
    ['ended, but held', { ...HELD, status: 'failed' }, /failed, but held \(ordered\)/],
    ['ended, but head', { ...ENDED, is_head: true }, /succeeded, but the head/],
    ['failed head', { ...FAILED, is_head: true }, /failed, but the head/],
    ['failed head that blocks', { ...FAILED, is_head: true, blocks: true }, undefined],
    ['succeeded head that blocks', { ...ENDED, is_head: true, blocks: true }, /but the head/],
  ]);
  table(reasonProblems, [
    ['failed for a reason', FAILED, undefined],
    ['failed for none', { ...FAILED, failed_reason: null }, /without a reason/],
    ['pending, for a reason', { ...PENDING, failed_reason: 'expired' }, /pending, but expired/],
  ]);
  table(budgetProblems, [
    ['all attempts', { ...FAILED, delivery_attempts: 3 }, undefined],
    ['one too many', { ...FAILED, delivery_attempts: 4 }, /4 attempts that count, of 3/],
    [
      'one too many, but a probe',
      { ...FAILED, delivery_attempts: 4, unbudgeted_attempts: 1, probes: 1 },
      undefined,
    ],
    [
      'redelivered, with its budget twice',
      { ...FAILED, delivery_attempts: 6, unbudgeted_attempts: 3, redeliveries: 1 },
      undefined,
    ],
    [
      'redelivered, with one attempt too many before',
      { ...FAILED, delivery_attempts: 7, unbudgeted_attempts: 4, redeliveries: 1 },
      /7 attempts in all, of 6/,
    ],
    ['a probe that counts', { ...FAILED, probes: 1 }, /0 attempts without budget, 1 probes/],
    [
      'an attempt that counts as a probe',
      { ...FAILED, unbudgeted_attempts: 1 },
      /1 attempts without budget, 0 probes/,
    ],
  ]);
});

suite('the heads of keys', () => {
  const line = (...rows: Partial<GateRow>[]): GateRow[] =>
    rows.map((row, i) => ({ ...PENDING, ordering_key: 'k', sequence: i + 1, ...row }));
  const cases: [name: string, rows: GateRow[], problem: RegExp | undefined][] = [
    ['one head', line({ is_head: true }, {}), undefined],
    ['two heads', line({ is_head: true }, { is_head: true }), /k: 2 heads/],
    [
      'two heads of two webhooks',
      line({ is_head: true }, { is_head: true, webhook_id: 'v' }),
      undefined,
    ],
    ['a head that is not the first', line({}, { is_head: true }), /2 is the head before 1/],
    ['the first one has ended', line({ status: 'failed' }, { is_head: true }), undefined],
    ['no keys', [PENDING, PENDING], undefined],
  ];
  for (const [name, rows, problem] of cases)
    test(`${name} → ${problem?.source ?? 'no problem'}`, () => expect(headProblems(rows), problem));
});

suite('the order of a key', () => {
  const turn = (sequence: number, ...times: [at: number, endedAt?: number][]): Turn => ({
    id: `${sequence}`,
    webhook_id: 'w',
    ordering_key: 'k',
    sequence,
    mayOverlap: false,
    arrivals: times.map(([at, endedAt]) => ({
      ...{ payloadId: `${sequence}`, path: '/', bodyHash: '', genuine: true, at },
      ...(endedAt === undefined ? {} : { endedAt }),
    })),
  });
  const overlapping = { ...turn(1, [1, 9], [2, 3]), mayOverlap: true };
  const cases: [name: string, turns: Turn[], problem: RegExp | undefined][] = [
    ['one after the other', [turn(1, [1, 2]), turn(2, [3, 4])], undefined],
    ['before its turn', [turn(1, [3, 4]), turn(2, [1, 2])], /2 came 3\.0 ms too early after 1/],
    ['during the one before', [turn(1, [1, 3]), turn(2, [2, 4])], /2 came 1\.0 ms too early/],
    ['before its retry', [turn(1, [1, 2], [5, 6]), turn(2, [3, 4])], /too early after 1/],
    ['one before it has no end', [turn(1, [1]), turn(2, [3, 4])], /too early/],
    ['before the last but one', [turn(1, [1, 9]), turn(2, [10, 11]), turn(3, [5, 6])], /3 came/],
    ['overlaps allowed', [overlapping, turn(2, [4, 5])], undefined],
    ['overlaps allowed, but first', [overlapping, turn(2, [0, 5])], /2 came 1\.0 ms too early/],
    ['one has not arrived', [turn(1), turn(2, [1, 2])], undefined],
    ['another key', [turn(1, [3, 4]), { ...turn(2, [1, 2]), ordering_key: 'l' }], undefined],
    ['another webhook', [turn(1, [3, 4]), { ...turn(2, [1, 2]), webhook_id: 'v' }], undefined],
    ['no key', [turn(1, [3]), turn(2, [1])].map((t) => ({ ...t, ordering_key: null })), undefined],
  ];
  for (const [name, turns, problem] of cases)
    test(`${name} → ${problem?.source ?? 'no problem'}`, () =>
      expect(orderProblems(turns), problem));
});

suite('the order in which a key was accepted', () => {
  const post = (sequence: number, at: number, acceptedAt?: number): Stored => ({
    webhook_id: 'w',
    ordering_key: 'k',
    sequence,
    at,
    acceptedAt,
  });
  const cases: [name: string, posts: Stored[], problem: RegExp | undefined][] = [
    ['one after the other', [post(1, 1, 2), post(2, 3, 4)], undefined],
    ['at the same time', [post(2, 1, 3), post(1, 2, 4)], undefined],
    ['the other way round', [post(2, 1, 2), post(1, 3, 4)], /1 was posted after one behind/],
    ['not told', [post(2, 1), post(1, 3, 4)], undefined],
    ['beyond one', [post(3, 1, 2), post(2, 0, 9), post(1, 3, 4)], /1 was posted/],
    ['another key', [post(2, 1, 2), { ...post(1, 3, 4), ordering_key: 'l' }], undefined],
  ];
  for (const [name, posts, problem] of cases)
    test(`${name} → ${problem?.source ?? 'no problem'}`, () =>
      expect(acceptedProblems(posts), problem));
});

suite('limits', () => {
  test('a permit in use → it is named; one that is over → nothing', () => {
    expect(permitProblems([{ job_id: 'j', inUse: true }]), /j: a permit is in use/);
    expect(permitProblems([{ job_id: 'j', inUse: false }]), undefined);
  });

  test('a webhook with more jobs than it may have → it is named', () => {
    expect(windowProblems(new Map([['w', 41]]), 40), /w: 41 jobs/);
    expect(windowProblems(new Map([['w', 40]]), 40), undefined);
  });

  const cases: [name: string, times: number[], burst: number][] = [
    ['nothing', [], 0],
    ['one', [500], 1],
    ['exactly the rate', [0, 100, 200, 300], 1],
    ['three at once', [0, 100, 100, 100], 3],
    ['three at once and the rate', [0, 0, 0, 100, 200], 3],
    ['twice the rate for a second', Array.from({ length: 21 }, (_, i) => i * 50), 11],
    ['a pause saves nothing up', [0, 9000, 9000, 9000, 9000], 4],
  ];
  for (const [name, times, burst] of cases)
    test(`${name} → a burst of ${burst}`, () =>
      assert.equal(Math.round(burstOf(times, 10)), burst));
});
