import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Exchange } from '../../src/sending/send.ts';
import { judge, type Verdict } from '../../src/attempts/verdict.ts';

const WEBHOOK = {
  valid_status_codes: [200, 201, 500],
  max_delivery_attempts: 3,
  retry_min_backoff: 2,
  retry_max_backoff: 60,
  retry_schedule: null,
  retry_jitter: 0,
};

const FAILURE: Exchange = {
  kind: 'failure',
  reason: 'refused',
  message: 'connection refused',
  durationMs: 1,
};

const CRASHED: Exchange = { ...FAILURE, reason: 'crashed' };
const EXHAUSTED: Verdict = { kind: 'failed', reason: 'attempts' };

const CASES: [when: string, attempt: number, exchange: Exchange, verdict: Verdict][] = [
  ['a status that the webhook calls valid', 1, response(200), { kind: 'succeeded' }],
  ['another valid status', 1, response(201), { kind: 'succeeded' }],
  ['a valid status, though it is a 500', 1, response(500), { kind: 'succeeded' }],
  ['a valid status at the last attempt', 3, response(200), { kind: 'succeeded' }],
  ['a 2xx that is not called valid', 1, response(204), { kind: 'retry', delaySeconds: 2 }],
  ['a redirect', 1, response(302), { kind: 'retry', delaySeconds: 2 }],
  ['a second wrong status', 2, response(404), { kind: 'retry', delaySeconds: 4 }],
  ['a wrong status at the last attempt', 3, response(404), EXHAUSTED],
  ['no response', 1, FAILURE, { kind: 'retry', delaySeconds: 2 }],
  ['no response at the last attempt', 3, FAILURE, EXHAUSTED],
  ['the process died', 1, CRASHED, { kind: 'retry', delaySeconds: 2 }],
  ['the process died at the last attempt', 3, CRASHED, { kind: 'failed', reason: 'poison' }],
  ['more attempts than a lowered maximum', 7, FAILURE, EXHAUSTED],
];

for (const [when, attempt, exchange, verdict] of CASES) {
  test(`${when} → ${shown(verdict)}`, () =>
    assert.deepEqual(judge(WEBHOOK, { attempt, exchange, random: Math.random }), verdict));
}

test('a webhook that allows one attempt → the first failure is the last', () => {
  const webhook = { ...WEBHOOK, max_delivery_attempts: 1 };
  const judged = judge(webhook, { attempt: 1, exchange: FAILURE, random: Math.random });
  assert.deepEqual(judged, EXHAUSTED);
});

test('a schedule with jitter → the delay of the schedule, later as chance says', () => {
  const webhook = { ...WEBHOOK, retry_schedule: [10, 100], retry_jitter: 0.5 };
  const judged = judge(webhook, { attempt: 2, exchange: FAILURE, random: () => 0.5 });
  assert.deepEqual(judged, { kind: 'retry', delaySeconds: 125 });
});

test('any webhook that the table can hold, after any attempt → a verdict, and a delay that is a number of 0 or more', () => {
  const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const setting = fc.oneof(fc.integer({ min: -3, max: 2000 }), integer);
  const webhook = fc.record({
    valid_status_codes: fc.array(fc.oneof(fc.constant(500), integer), { maxLength: 3 }),
    max_delivery_attempts: setting,
    retry_min_backoff: setting,
    retry_max_backoff: setting,
    retry_schedule: fc.option(fc.array(setting, { maxLength: 3 })),
    retry_jitter: fc.double({ min: -1, max: 2, noNaN: true }),
  });
  const attempt = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2 ** 31 }));
  const judged = fc.property(
    webhook,
    attempt,
    fc.constantFrom(response(500), FAILURE),
    (webhook, attempt, exchange) => {
      const verdict = judge(webhook, { attempt, exchange, random: Math.random });
      const valid = exchange.kind === 'response' && webhook.valid_status_codes.includes(500);
      assert.equal(
        verdict.kind,
        valid ? 'succeeded' : attempt < webhook.max_delivery_attempts ? 'retry' : 'failed',
      );
      if (verdict.kind === 'retry')
        assert.ok(Number.isFinite(verdict.delaySeconds) && verdict.delaySeconds >= 0);
    },
  );
  fc.assert(judged, { numRuns: 2000 });
});

function shown(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'succeeded':
      return 'succeeded';
    case 'retry':
      return `retry in ${verdict.delaySeconds} s`;
    case 'failed':
      return `failed (${verdict.reason})`;
  }
}

function response(status: number): Exchange {
  return {
    kind: 'response',
    httpVersion: '1.1',
    status,
    reason: '',
    rawHeaders: [],
    body: Buffer.alloc(0),
    bodyCut: false,
    durationMs: 1,
  };
}
