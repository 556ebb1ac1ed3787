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
};

const FAILURE: Exchange = {
  kind: 'failure',
  reason: 'refused',
  message: 'connection refused',
  durationMs: 1,
};

const CASES: [when: string, attempt: number, exchange: Exchange, verdict: Verdict][] = [
  ['a status that the webhook calls valid', 1, response(200), { kind: 'succeeded' }],
  ['another valid status', 1, response(201), { kind: 'succeeded' }],
  ['a valid status, though it is a 500', 1, response(500), { kind: 'succeeded' }],
  ['a valid status at the last attempt', 3, response(200), { kind: 'succeeded' }],
  ['a 2xx that is not called valid', 1, response(204), { kind: 'retry', delaySeconds: 2 }],
  ['a redirect', 1, response(302), { kind: 'retry', delaySeconds: 2 }],
  ['a second wrong status', 2, response(404), { kind: 'retry', delaySeconds: 4 }],
  ['a wrong status at the last attempt', 3, response(404), { kind: 'failed' }],
  ['no response', 1, FAILURE, { kind: 'retry', delaySeconds: 2 }],
  ['no response at the last attempt', 3, FAILURE, { kind: 'failed' }],
  ['more attempts than a lowered maximum', 7, FAILURE, { kind: 'failed' }],
];

for (const [when, attempt, exchange, verdict] of CASES) {
  const then = verdict.kind === 'retry' ? `retry in ${verdict.delaySeconds} s` : verdict.kind;
  test(`${when} → ${then}`, () => assert.deepEqual(judge(WEBHOOK, attempt, exchange), verdict));
}

test('a webhook that allows one attempt → the first failure is the last', () => {
  assert.deepEqual(judge({ ...WEBHOOK, max_delivery_attempts: 1 }, 1, FAILURE), { kind: 'failed' });
});

test('any webhook that the table can hold, after any attempt → a verdict, and a delay that is a number of 0 or more', () => {
  const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const setting = fc.oneof(fc.integer({ min: -3, max: 2000 }), integer);
  const webhook = fc.record({
    valid_status_codes: fc.array(fc.oneof(fc.constant(500), integer), { maxLength: 3 }),
    max_delivery_attempts: setting,
    retry_min_backoff: setting,
    retry_max_backoff: setting,
  });
  const attempt = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2 ** 31 }));
  const judged = fc.property(
    webhook,
    attempt,
    fc.constantFrom(response(500), FAILURE),
    (webhook, attempt, exchange) => {
      const verdict = judge(webhook, attempt, exchange);
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
