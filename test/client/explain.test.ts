import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainDelivery } from '../../src/client/explain.ts';
import type { Known } from '../../src/client/explaining/explanation.ts';
import { attempt, delivery, health, reader, webhook } from './known.ts';

const AHEAD = '2026-11-26T12:00:40.000000Z';
const SUCCESS = attempt({ success: true, response_status_code: 200 });
const REFUSED = attempt({ response_status_code: 0, error: 'connection refused' });

type Case = {
  when: string;
  known: Partial<Known>;
  headline: string;
  /** Some of the facts and advices. */
  says?: RegExp[];
  actions?: string[];
};

const ENDED: Case[] = [
  {
    when: 'the first attempt succeeded',
    known: {
      delivery: delivery({ status: 'succeeded', delivery_attempts: 1 }),
      attempts: [SUCCESS],
    },
    headline: 'It has arrived, 11:59:00 (1 min ago): the endpoint answered 200.',
    says: [/It took 1 attempt; the last one took 12 ms\./],
  },
  {
    when: 'the third attempt succeeded',
    known: {
      delivery: delivery({ status: 'succeeded', delivery_attempts: 3 }),
      attempts: [SUCCESS, attempt(), attempt()],
    },
    headline: 'It has arrived, 11:59:00 (1 min ago): the endpoint answered 200.',
    says: [/It took 3 attempts/, /The attempt before failed because the endpoint answered 500\./],
  },
  {
    when: 'it succeeded, and its attempts are gone',
    known: { delivery: delivery({ status: 'succeeded', delivery_attempts: 2 }) },
    headline: 'It has arrived, after 2 attempts.',
  },
  {
    when: 'all attempts failed',
    known: {
      delivery: delivery({ status: 'failed', failed_reason: 'attempts', delivery_attempts: 5 }),
      attempts: [REFUSED],
    },
    headline:
      'It has failed: it had 5 attempts, and the last one failed because the connection was refused: nothing listens at this host and port.',
    says: [/See whether the receiver runs/, /redeliver it/],
    actions: ['redeliver'],
  },
  {
    when: 'it failed before reasons were noted',
    known: { delivery: delivery({ status: 'failed', delivery_attempts: 5 }) },
    headline: 'It has failed: it had 5 attempts, and the last one failed too.',
    actions: ['redeliver'],
  },
  {
    when: 'its webhook allowed no attempt any more',
    known: { delivery: delivery({ status: 'failed', failed_reason: 'attempts' }) },
    headline: 'It has failed: its webhook allowed no further attempt.',
    actions: ['redeliver'],
  },
  {
    when: 'a test failed',
    known: {
      delivery: delivery({
        status: 'failed',
        failed_reason: 'attempts',
        delivery_attempts: 1,
        test: true,
      }),
      attempts: [attempt({ response_status_code: 404 })],
    },
    headline: 'The test has failed because the endpoint answered 404.',
    says: [/nothing at this path/, /A test has one attempt/],
    actions: ['test'],
  },
  {
    when: 'it expired at the time that its client gave',
    known: {
      delivery: delivery({
        status: 'failed',
        failed_reason: 'expired',
        expires_at: '2026-11-26T11:30:00.000000Z',
      }),
    },
    headline: 'It has failed: its time ran out, 11:30:00 (30 min ago) before it could arrive.',
    says: [/It has not been attempted yet\./, /later `expires_at`/],
    actions: ['redeliver'],
  },
  {
    when: 'it was too old for its webhook',
    known: {
      delivery: delivery({ status: 'failed', failed_reason: 'expired', delivery_attempts: 2 }),
      webhook: webhook({ max_delivery_age: 600 }),
      attempts: [attempt({ response_status_code: 0, error: 'timeout after 5 s' })],
    },
    headline: 'It has failed: its time ran out, 11:10:00 (50 min ago) before it could arrive.',
    says: [/after 10 min \(`max_delivery_age`\)/, /no complete answer came within 5 s/],
    actions: ['redeliver'],
  },
  {
    when: 'workers died of it',
    known: { delivery: delivery({ status: 'failed', failed_reason: 'poison' }) },
    headline:
      'It has failed: the process that sent it ended with it, in the last attempt that it had.',
    actions: ['redeliver'],
  },
  {
    when: 'it was erased',
    known: {
      delivery: delivery({
        status: 'failed',
        failed_reason: 'erased',
        payload_removed_at: '2026-11-26T11:30:00.000000Z',
      }),
    },
    headline: 'It has failed: an erasure removed its payload before it was sent.',
    says: [/cannot be sent again/],
  },
];

const PENDING: Case[] = [
  {
    when: 'an attempt failed, and the next one is to come',
    known: {
      delivery: delivery({ delivery_attempts: 2, scheduled_at: AHEAD }),
      attempts: [REFUSED],
    },
    headline:
      'It waits for its next attempt, due at 12:00:40 (in 40 s), as the last one failed: the connection was refused: nothing listens at this host and port.',
    says: [/It has had 2 attempts of 5\./, /See whether the receiver runs/],
  },
  {
    when: 'it was redelivered, and waits',
    known: {
      delivery: delivery({
        delivery_attempts: 7,
        budget_used: 2,
        redeliveries: 1,
        scheduled_at: AHEAD,
      }),
      webhook: webhook({ max_delivery_age: 3600 }),
      attempts: [attempt()],
    },
    headline:
      'It waits for its next attempt, due at 12:00:40 (in 40 s), as the last one failed: the endpoint answered 500.',
    says: [/7 attempts, and 2 of 5 of those that count/, /1 h after it was last redelivered/],
  },
  {
    when: 'it is to expire',
    known: {
      delivery: delivery({ scheduled_at: AHEAD, expires_at: '2026-11-26T12:10:00.000000Z' }),
      webhook: webhook({ max_delivery_age: 86_400 }),
    },
    headline: 'It is due at 12:00:40 (in 40 s).',
    says: [/If it has not arrived by 12:10:00 \(in 10 min\), it fails as expired\./],
  },
  {
    when: 'it was created a second ago',
    known: { delivery: delivery({ scheduled_at: '2026-11-26T11:59:59.000000Z' }) },
    headline: 'It is due now, and will be sent in a moment, if a worker runs.',
  },
  {
    when: 'it may be under way',
    known: { delivery: delivery({ scheduled_at: '2026-11-26T11:59:52.000000Z' }) },
    headline: 'It has been due for 8 s. An attempt of it may be under way: it may take 5 s.',
  },
  {
    when: 'it is long due, and nothing was ever sent',
    known: { delivery: delivery() },
    headline: 'It has been due for 1 h, and has not been sent: probably no worker is running.',
    says: [/No attempt of its webhook is known/, /Start a worker/],
  },
  {
    when: 'it is long due, and nothing was sent for long',
    known: {
      delivery: delivery(),
      webhook: webhook({ health: health({ last_success_at: '2026-11-26T11:10:00.000000Z' }) }),
    },
    headline: 'It has been due for 1 h, and has not been sent: probably no worker is running.',
    says: [/The latest known attempt of its webhook was 11:10:00 \(50 min ago\)/],
  },
  {
    when: 'it is long due, and its webhook is sent to, within limits',
    known: {
      delivery: delivery(),
      webhook: webhook({
        rate_limit: { count: 100, per_seconds: 60, burst: 2 },
        max_concurrency: 3,
        health: health({
          last_success_at: '2026-11-26T11:59:30.000000Z',
          last_failure_at: '2026-11-26T11:10:00.000000Z',
        }),
      }),
    },
    headline:
      'It has been due for 1 h, and has not been sent: its webhook is sent to, but others are before it.',
    says: [/at most 100 attempts in 1 min/, /At most 3 of its attempts/],
  },
  {
    when: 'its webhook is deleted',
    known: { delivery: delivery(), webhook: undefined },
    headline: 'It is not sent any more: its webhook is deleted.',
  },
];

const FAILING = health({
  state: 'failing',
  consecutive_failures: 12,
  failing_since: '2026-11-26T11:30:00.000000Z',
  last_success_at: '2026-11-26T11:20:00.000000Z',
});
const INACTIVE = { held_reason: 'webhook_inactive' } as const;
const ORDERED = { held_reason: 'ordered', ordering_key: 'order-1', sequence: 9 } as const;

const HELD: Case[] = [
  {
    when: 'a client made its webhook inactive',
    known: { delivery: delivery(INACTIVE), webhook: webhook({ active: false }) },
    headline: 'It waits because its webhook is inactive.',
    says: [/A client has made it inactive/],
    actions: ['activate'],
  },
  {
    when: 'an answer 410 made its webhook inactive',
    known: {
      delivery: delivery(INACTIVE),
      webhook: webhook({
        active: false,
        deactivated_reason: 'gone',
        deactivated_at: '2026-11-26T11:58:00.000000Z',
      }),
    },
    headline: 'It waits because its webhook is inactive.',
    says: [/Postmand made it inactive, 11:58:00 \(2 min ago\), as its endpoint answered 410/],
    actions: ['activate'],
  },
  {
    when: 'nothing but failures made its webhook inactive',
    known: {
      delivery: delivery(INACTIVE),
      webhook: webhook({
        active: false,
        deactivate_after: 432_000,
        deactivated_reason: 'failing',
        deactivated_at: '2026-11-26T11:58:00.000000Z',
      }),
    },
    headline: 'It waits because its webhook is inactive.',
    says: [/all attempts of 5 d had failed/],
    actions: ['activate'],
  },
  {
    when: 'its webhook is active again by now',
    known: { delivery: delivery(INACTIVE) },
    headline: 'It waited because its webhook was inactive. That is over, and it goes out soon.',
  },
  {
    when: 'its endpoint is failing',
    known: {
      delivery: delivery({ held_reason: 'endpoint_failing', delivery_attempts: 1 }),
      webhook: webhook({ on_failing: 'hold', health: FAILING }),
      attempts: [attempt({ response_status_code: 0, error: 'name not found: example.com' })],
    },
    headline: 'It waits because its endpoint has been failing since 11:30:00 (30 min ago).',
    says: [/12 attempts in a row failed/, /the name example.com does not exist/, /last succeeded/],
    actions: ['test'],
  },
  {
    when: 'its webhook is paused until a time',
    known: {
      delivery: delivery({ held_reason: 'endpoint_paused' }),
      webhook: webhook({
        honor_retry_after: true,
        health: health({ state: 'paused', paused_until: '2026-11-26T13:00:00.000000Z' }),
      }),
    },
    headline: 'It waits because its webhook is paused until 13:00:00 (in 1 h).',
    says: [/Retry-After/],
    actions: ['resume'],
  },
  {
    when: 'its webhook is paused without an end',
    known: {
      delivery: delivery({ held_reason: 'endpoint_paused' }),
      webhook: webhook({ health: health({ state: 'paused' }) }),
    },
    headline: 'It waits because its webhook is paused, until somebody resumes it.',
    says: [/A client has paused it/],
    actions: ['resume'],
  },
  {
    when: 'another of its key is before it',
    known: {
      delivery: delivery(ORDERED),
      line: {
        first: delivery({ id: 'first-one', delivery_attempts: 1, scheduled_at: AHEAD }),
        ahead: 2,
        more: false,
        blocked: undefined,
      },
    },
    headline:
      'It waits for its turn: an earlier delivery of its ordering key `order-1` is not done.',
    says: [
      /2 deliveries wait before it\. The first one is first-one\./,
      /has had 1 attempt; its next one is due at 12:00:40 \(in 40 s\)/,
      /If it fails for good, the key goes on/,
    ],
  },
  {
    when: 'many are before it',
    known: {
      delivery: delivery(ORDERED),
      line: { first: delivery(), ahead: 50, more: true, blocked: undefined },
    },
    headline:
      'It waits for its turn: an earlier delivery of its ordering key `order-1` is not done.',
    says: [/At least 50 wait before it, b81d/],
  },
  {
    when: 'a failed one blocks its key',
    known: {
      delivery: delivery(ORDERED),
      line: {
        first: undefined,
        ahead: 0,
        more: false,
        blocked: {
          ordering_key: 'order-1',
          delivery_id: 'failed-one',
          sequence: 7,
          blocked_since: '2026-11-26T11:58:00.000000Z',
          waiting: 12,
        },
      },
    },
    headline:
      'It waits because its ordering key `order-1` stands still: delivery failed-one of it has failed.',
    says: [/12 deliveries wait\./, /Redeliver it when the reason is repaired, or skip it/],
    actions: ['skip'],
  },
  {
    when: 'it came with a database that was taken over',
    known: { delivery: delivery({ held_reason: 'imported' }) },
    headline: 'It waits for its turn among the deliveries of a database that was taken over.',
  },
  {
    when: 'its client asked for a later time',
    known: {
      delivery: delivery({ held_reason: 'scheduled', send_at: AHEAD, scheduled_at: AHEAD }),
    },
    headline: 'It is to be sent at 12:00:40 (in 40 s), as its client asked (`send_at`).',
  },
];

for (const { when, known, headline, says = [], actions = [] } of [...ENDED, ...PENDING, ...HELD])
  test(`${when} → ${headline}`, () => {
    const whole = { delivery: delivery(), webhook: webhook(), attempts: [], ...known };
    const explained = explainDelivery(whole, reader);
    assert.equal(explained.headline, headline);
    assert.deepEqual(explained.actions, actions);
    const text = [...explained.facts, ...explained.advice].join('\n');
    for (const said of says) assert.match(text, said);
  });
