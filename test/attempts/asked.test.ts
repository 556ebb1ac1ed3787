import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedBy, verdictAfter } from '../../src/attempts/asked.ts';
import type { Verdict } from '../../src/attempts/verdict.ts';
import type { Exchange } from '../../src/sending/send.ts';
import type { Asked } from '../../src/webhooks/health/heed.ts';

const BOUNDS = { maxSeconds: 3600, nowMs: 0 };
const DEAF = {
  url: 'http://127.0.0.1:9/',
  valid_status_codes: [200],
  honor_retry_after: false,
  on_gone: 'retry' as const,
};
const HONORS = { ...DEAF, honor_retry_after: true };
const LEAVES = { ...DEAF, on_gone: 'deactivate' as const };
const BOTH = { ...HONORS, ...LEAVES, honor_retry_after: true };
const PAUSE: Asked = { kind: 'pause', seconds: 9 };
const GONE: Asked = { kind: 'gone', url: DEAF.url };

const CASES: [when: string, webhook: typeof DEAF | typeof LEAVES, Exchange, Asked | undefined][] = [
  ['a 503 with Retry-After', HONORS, answer(503), PAUSE],
  ['a 429 with Retry-After', HONORS, answer(429), PAUSE],
  ['one, and the webhook does not heed it', DEAF, answer(503), undefined],
  ['one, and only on_gone is set', LEAVES, answer(503), undefined],
  [
    'one with a status that is valid',
    { ...HONORS, valid_status_codes: [429] },
    answer(429),
    undefined,
  ],
  ['a 500 with Retry-After', HONORS, answer(500), undefined],
  ['a 503 without it', HONORS, answer(503, []), undefined],
  ['a 410', LEAVES, answer(410), GONE],
  ['a 410, and the webhook retries', DEAF, answer(410), undefined],
  ['a 410 that is valid', { ...LEAVES, valid_status_codes: [410] }, answer(410), undefined],
  ['a 410 with Retry-After', BOTH, answer(410), GONE],
  ['a 410 with Retry-After, and the webhook retries', HONORS, answer(410), undefined],
  ['a 404', LEAVES, answer(404), undefined],
  [
    'no answer',
    BOTH,
    { kind: 'failure', reason: 'refused', message: '', durationMs: 1 },
    undefined,
  ],
];

for (const [when, webhook, exchange, asked] of CASES)
  test(`${when} → ${asked?.kind ?? 'nothing'} is asked for`, () =>
    assert.deepEqual(askedBy(webhook, exchange, BOUNDS), asked));

const retry = (delaySeconds: number): Verdict => ({ kind: 'retry', delaySeconds });
const FAILED: Verdict = { kind: 'failed', reason: 'attempts' };

const VERDICTS: [when: string, Verdict, Asked, then: Verdict][] = [
  ['a retry before the end of the pause', retry(5), PAUSE, retry(9)],
  ['a retry after the end of the pause', retry(60), PAUSE, retry(60)],
  ['a pause after the last attempt', FAILED, PAUSE, FAILED],
  ['gone with attempts left', retry(5), GONE, retry(5)],
  ['gone at the last attempt', FAILED, GONE, retry(7)],
];

for (const [when, verdict, asked, then] of VERDICTS)
  test(`${when} → ${then.kind}`, () =>
    assert.deepEqual(verdictAfter(verdict, asked, { retry_min_backoff: 7 }), then));

function answer(status: number, rawHeaders = ['Retry-After', '9']): Exchange {
  const head = { httpVersion: '1.1', status, reason: '', rawHeaders };
  return { kind: 'response', ...head, body: Buffer.alloc(0), bodyCut: false, durationMs: 1 };
}
