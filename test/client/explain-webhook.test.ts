import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainWebhook } from '../../src/client/explain-webhook.ts';
import { deliveryWords, webhookStanding, webhookWord } from '../../src/client/explaining/states.ts';
import { span } from '../../src/client/explaining/time-words.ts';
import { delivery, health, reader, webhook } from './known.ts';

const CASES: [webhook: Parameters<typeof webhook>[0], headline: string, says: RegExp][] = [
  [{}, 'It is active, and no attempt of it is known yet.', /A test shows/],
  [
    { health: health({ last_success_at: '2026-11-26T11:59:00Z' }) },
    'It is healthy.',
    /last succeeded 11:59:00 \(1 min ago\)/,
  ],
  [
    { health: health({ last_failure_at: '2026-11-26T11:59:00Z', consecutive_failures: 3 }) },
    'It is healthy, but the last 3 attempts failed.',
    /No attempt of this webhook is known to have succeeded/,
  ],
  [
    {
      health: health({
        state: 'failing',
        consecutive_failures: 7,
        failing_since: '2026-11-26T11:00:00Z',
        held: 12,
      }),
      on_failing: 'hold',
    },
    'Its endpoint has been failing since 11:00:00 (1 h ago): 7 attempts in a row failed.',
    /one at a time is tried.*\n12 of its deliveries are held back/,
  ],
  [
    { health: health({ state: 'paused', held: 1000 }) },
    'It is paused until somebody resumes it: nothing is sent, and its deliveries wait.',
    /1,000 of its deliveries or more/,
  ],
  [
    { health: health({ state: 'paused', paused_until: '2026-11-26T12:05:00Z' }) },
    'It is paused until 12:05:00 (in 5 min): its deliveries wait.',
    /resume it/,
  ],
  [
    { health: health({ state: 'recovering' }) },
    'It is recovering: its endpoint answers again, and what waited is being sent.',
    /More is sent each second/,
  ],
  [
    { active: false, health: health({ state: 'failing' }) },
    'It is inactive: nothing is sent, and its deliveries wait.',
    /A client has made it inactive/,
  ],
];

for (const [changes, headline, says] of CASES)
  test(`a webhook → ${headline}`, () => {
    const explained = explainWebhook(webhook(changes), reader);
    assert.equal(explained.headline, headline);
    assert.match([...explained.facts, ...explained.advice].join('\n'), says);
  });

test('webhooks in a table → one word each', () => {
  assert.equal(webhookWord(webhook()), 'healthy');
  assert.equal(webhookWord(webhook({ active: false })), 'inactive');
});

const SUCCEEDED = { last_success_at: '2026-11-26T11:00:00Z' };
const FAILED = { last_failure_at: '2026-11-26T11:59:00Z' };
const STANDINGS: [Parameters<typeof webhook>[0], tone: string, words: string][] = [
  [{}, 'calm', 'no attempt yet'],
  [{ health: health(SUCCEEDED) }, 'well', 'healthy'],
  [{ health: health({ ...SUCCEEDED, ...FAILED }) }, 'well', 'healthy'],
  [
    { health: health({ ...SUCCEEDED, ...FAILED, consecutive_failures: 1 }) },
    'warn',
    'healthy, the last attempt failed',
  ],
  [
    { health: health({ ...FAILED, consecutive_failures: 3 }) },
    'warn',
    'healthy, the last 3 attempts failed',
  ],
  [{ health: health({ ...FAILED, state: 'failing', consecutive_failures: 7 }) }, 'bad', 'failing'],
  [{ active: false }, 'calm', 'inactive'],
  [{ active: false, deactivated_reason: 'gone' }, 'bad', 'deactivated'],
];

for (const [changes, tone, words] of STANDINGS)
  test(`how it goes with a webhook, in a table → ${words}`, () => {
    assert.deepEqual(webhookStanding(webhook(changes)), { tone, words });
  });

const AHEAD = '2026-11-26T12:00:40Z';
const WORDS: [Parameters<typeof delivery>[0], string][] = [
  [{ status: 'succeeded' }, 'succeeded'],
  [{ status: 'failed' }, 'failed'],
  [{ status: 'failed', failed_reason: 'expired' }, 'failed: expired'],
  [{}, 'due 1 h ago'],
  [{ scheduled_at: AHEAD, delivery_attempts: 1 }, 'retry in 40 s'],
  [{ scheduled_at: AHEAD }, 'due in 40 s'],
  [{ scheduled_at: AHEAD, held_reason: 'scheduled' }, 'scheduled in 40 s'],
  [{ held_reason: 'endpoint_paused' }, 'held: webhook paused'],
];

for (const [changes, words] of WORDS)
  test(`a delivery in a table → ${words}`, () => {
    assert.equal(deliveryWords(delivery(changes), reader.now), words);
  });

test('lengths of time → at most two units', () => {
  const seconds = [0, 59, 60, 90, 3600, 7500, 86_400 * 3 + 3600 * 5, 86_400 * 12 + 3600];
  assert.deepEqual(
    seconds.map((one) => span(one * 1000)),
    ['0 s', '59 s', '1 min', '1 min 30 s', '1 h', '2 h 5 min', '3 d 5 h', '12 d'],
  );
});
