import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendableDelivery } from '../../src/deliveries/delivery-store.ts';
import { triage, type Triage } from '../../src/deliveries/triage.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';

const WEBHOOK: Webhook = {
  id: 'w',
  name: 'a webhook',
  url: 'http://127.0.0.1:9/never',
  content_type: 'text/plain',
  valid_status_codes: [200],
  secret_token: '',
  active: true,
  max_delivery_attempts: 3,
  delivery_attempt_timeout: 5,
  retry_min_backoff: 1,
  retry_max_backoff: 2,
  created_at: '2026-01-01T00:00:00.000000Z',
  updated_at: '2026-01-01T00:00:00.000000Z',
};
const INACTIVE = { ...WEBHOOK, active: false };
const CLAIM = { jobId: 'j', generation: '', deliveryId: 'd', webhookId: 'w', lost: 0 };
const DUE: SendableDelivery = {
  id: 'd',
  webhook_id: 'w',
  payload: 'x',
  bytes: 1,
  delivery_attempts: 0,
  status: 'pending',
  held_reason: null,
  waitSeconds: -0.01,
};
const NONE: Triage = { send: [], park: [], postpone: [], drop: [] };

const CASES: [when: string, then: keyof Triage, delivery: SendableDelivery | undefined, webhook: Webhook | undefined][] = [
  ['due, and its webhook is active', 'send', DUE, WEBHOOK],
  ['due at this very moment', 'send', { ...DUE, waitSeconds: 0 }, WEBHOOK],
  ['its webhook is inactive', 'park', DUE, INACTIVE],
  ['not yet due, and its webhook is inactive', 'park', { ...DUE, waitSeconds: 5 }, INACTIVE],
  ['not yet due', 'postpone', { ...DUE, waitSeconds: 5 }, WEBHOOK],
  ['gone', 'drop', undefined, WEBHOOK],
  ['its webhook is gone', 'drop', DUE, undefined],
  ['both are gone', 'drop', undefined, undefined],
  ['succeeded already', 'drop', { ...DUE, status: 'succeeded' }, WEBHOOK],
  ['failed already', 'drop', { ...DUE, status: 'failed' }, WEBHOOK],
  ['held already', 'drop', { ...DUE, held_reason: 'webhook_inactive' }, INACTIVE],
  ['final, and its webhook is inactive', 'drop', { ...DUE, status: 'failed' }, INACTIVE],
];

for (const [when, then, delivery, webhook] of CASES) {
  test(`a claim whose delivery is ${when} → ${then}`, () => {
    const sorted = triage([CLAIM], delivery ? [delivery] : [], webhook ? [webhook] : []);
    const outcomes: Triage = {
      send: delivery && webhook ? [{ claim: CLAIM, delivery, webhook }] : [],
      park: [CLAIM],
      postpone: [{ claim: CLAIM, delaySeconds: 5 }],
      drop: [CLAIM],
    };
    assert.deepEqual(sorted, { ...NONE, [then]: outcomes[then] });
  });
}

test('many claims → each exactly once, whatever else was loaded', () => {
  const claims = ['a', 'b', 'c'].map((id) => ({ ...CLAIM, jobId: id, deliveryId: id }));
  const sorted = triage(
    claims,
    [
      { ...DUE, id: 'a' },
      { ...DUE, id: 'c', status: 'failed' },
      { ...DUE, id: 'other' },
    ],
    [WEBHOOK],
  );
  assert.deepEqual(
    sorted.send.map(({ claim }) => claim.jobId),
    ['a'],
  );
  assert.deepEqual(
    sorted.drop.map(({ jobId }) => jobId),
    ['b', 'c'],
  );
});
