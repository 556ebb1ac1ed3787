import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Grant } from '../../../src/worker/limits/grant.ts';
import { placesFor, type Places, type Question } from '../../../src/worker/limits/places.ts';
import { TokenLife } from '../../../src/worker/limits/token-life.ts';
import type { Limits } from '../../../src/webhooks/limits/window.ts';

const TWO: Limits = { max_concurrency: 2, rate_limit: null };
const TEN: Limits = { max_concurrency: null, rate_limit: { count: 10, per_seconds: 1, burst: 3 } };
const BOTH: Limits = { ...TEN, max_concurrency: 2 };
const FIRST = { used: 0, aheadMs: -Infinity, lifeMs: 50 };

const CASES: [when: string, limits: Limits, question: Question, then: Places][] = [
  [
    'fewer claims than permits',
    TWO,
    { ...FIRST, wanted: 1 },
    { granted: 1, aheadMs: -Infinity, next: { kind: 'left', most: 1 } },
  ],
  [
    'as many claims as permits',
    TWO,
    { ...FIRST, wanted: 2 },
    { granted: 2, aheadMs: -Infinity, next: { kind: 'permits' } },
  ],
  [
    'more permits in use than there are by now',
    TWO,
    { ...FIRST, used: 5, wanted: 2 },
    { granted: 0, aheadMs: -Infinity, next: { kind: 'permits' } },
  ],
  [
    'fewer claims than tokens',
    TEN,
    { ...FIRST, wanted: 1 },
    { granted: 1, aheadMs: 150, next: { kind: 'left', most: 1 } },
  ],
  [
    'more claims than tokens',
    TEN,
    { ...FIRST, wanted: 5 },
    { granted: 3, aheadMs: 350, next: { kind: 'tokens', afterMs: 150, expected: 1 } },
  ],
  [
    'more claims than permits, and tokens for all',
    BOTH,
    { ...FIRST, wanted: 3 },
    { granted: 2, aheadMs: 250, next: { kind: 'tokens', afterMs: 50, expected: 1 } },
  ],
  [
    'all permits in use, and tokens left',
    BOTH,
    { ...FIRST, used: 2, wanted: 3 },
    { granted: 0, aheadMs: -Infinity, next: { kind: 'permits' } },
  ],
];

for (const [when, limits, question, then] of CASES)
  test(`${when} → ${then.granted} get a place`, () => {
    assert.deepEqual(placesFor(limits, question), then);
  });

test('a token is used within its life → the send may begin; later → it may not', () => {
  const grant = new Grant({ askedAt: 1000, lifeMs: 50, life: new TokenLife() });
  assert.deepEqual([grant.begin(1050), grant.begin(1050.1)], [true, false]);
});

test('no rate limit → the send may begin whenever', () => {
  const grant = new Grant({ askedAt: 1000, lifeMs: Infinity, life: new TokenLife() });
  assert.ok(grant.begin(1_000_000));
});

test('starts take longer than the rate wants tokens to be good for → they are good for longer, up to 5 s', () => {
  const life = new TokenLife();
  const limit = { count: 100, per_seconds: 1, burst: 1 };
  assert.equal(life.of(limit), 0.4);
  for (let i = 0; i < 50; i += 1) life.note(30);
  assert.ok(life.of(limit) >= 30 && life.of(limit) < 31, `${life.of(limit)} ms`);
  for (let i = 0; i < 50; i += 1) life.note(60_000);
  assert.equal(life.of(limit), 5000);
});
