import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendableDelivery } from '../../src/deliveries/sendable.ts';
import { sortClaims } from '../../src/worker/admission.ts';
import type { Claim } from '../../src/queue/queue.ts';
import { settingsOf, type Webhook } from '../../src/webhooks/webhook.ts';

const WEBHOOK: Webhook = {
  id: 'w',
  ...settingsOf({
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
  }),
  created_at: '2026-01-01T00:00:00.000000Z',
  updated_at: '2026-01-01T00:00:00.000000Z',
};
const INACTIVE = { ...WEBHOOK, active: false };
const CLAIM = {
  jobId: 'j',
  generation: '',
  deliveryId: 'd',
  webhookId: 'w',
  crashes: 0,
  isNew: false,
};
const DUE: SendableDelivery = {
  id: 'd',
  webhook_id: 'w',
  payload: 'x',
  bytes: 1,
  delivery_attempts: 0,
  status: 'pending',
  held_reason: null,
  waitSeconds: -0.01,
  isolated_by: null,
};
type Sorted = ReturnType<typeof sortClaims>;

const NONE: Sorted = { send: [], hold: [], postpone: [], drop: [], exhaust: [], doubt: [] };
const MARKED = { ...DUE, isolated_by: 'm' };

type Case = [
  when: string,
  then: Partial<Sorted>,
  delivery: SendableDelivery | undefined,
  webhook?: Webhook | undefined,
  claim?: Claim,
];

function sent(
  delivery: SendableDelivery,
  claim = CLAIM,
  how: { isolated?: boolean; vanished?: boolean } = {},
): Partial<Sorted> {
  return {
    send: [{ claim, delivery, webhook: WEBHOOK, isolated: false, vanished: false, ...how }],
  };
}

const GONE = { drop: [CLAIM] };
const HELD = { hold: [CLAIM] };
const lost = (times: number, doubt?: string): Claim => ({
  ...CLAIM,
  crashes: times,
  ...(doubt ? { doubt } : {}),
});

const CASES: Case[] = [
  ['due, and its webhook is active', sent(DUE), DUE],
  ['due at this very moment', sent({ ...DUE, waitSeconds: 0 }), { ...DUE, waitSeconds: 0 }],
  ['inactive by its webhook', HELD, DUE, INACTIVE],
  ['inactive by its webhook, and not yet due', HELD, { ...DUE, waitSeconds: 5 }, INACTIVE],
  ['not yet due', { postpone: [{ claim: CLAIM, delaySeconds: 5 }] }, { ...DUE, waitSeconds: 5 }],
  ['gone', GONE, undefined],
  ['without a webhook', GONE, DUE, undefined],
  ['succeeded already', GONE, { ...DUE, status: 'succeeded' }],
  ['failed already', GONE, { ...DUE, status: 'failed' }],
  ['held already', GONE, { ...DUE, held_reason: 'webhook_inactive' }, INACTIVE],
  ['final, and inactive by its webhook', GONE, { ...DUE, status: 'failed' }, INACTIVE],
  ['at its last attempt', sent({ ...DUE, delivery_attempts: 2 }), { ...DUE, delivery_attempts: 2 }],
  [
    'out of attempts, as its webhook allows fewer now',
    { exhaust: [CLAIM] },
    { ...DUE, delivery_attempts: 3 },
  ],
  ['out of attempts by far', { exhaust: [CLAIM] }, { ...DUE, delivery_attempts: 30 }],
  ['lost twice', sent(DUE, lost(2)), DUE, WEBHOOK, lost(2)],
  ['lost three times', sent(DUE, lost(3), { isolated: true }), DUE, WEBHOOK, lost(3)],
  ['lost a thousand times', sent(DUE, lost(1000), { isolated: true }), DUE, WEBHOOK, lost(1000)],
  [
    'marked by an isolated send',
    { doubt: [{ claim: lost(4), mark: 'm' }] },
    MARKED,
    WEBHOOK,
    lost(4),
  ],
  [
    'marked by another isolated send than the last time',
    { doubt: [{ claim: lost(4, 'n'), mark: 'm' }] },
    MARKED,
    WEBHOOK,
    lost(4, 'n'),
  ],
  [
    'still marked as the last time',
    sent(MARKED, lost(4, 'm'), { isolated: true, vanished: true }),
    MARKED,
    WEBHOOK,
    lost(4, 'm'),
  ],
  [
    'no longer marked as the last time',
    sent(DUE, lost(4, 'm'), { isolated: true }),
    DUE,
    WEBHOOK,
    lost(4, 'm'),
  ],
];

for (const [when, then, delivery, ...others] of CASES) {
  const [webhook, claim = CLAIM] = others.length === 0 ? [WEBHOOK] : others;
  test(`a claim whose delivery is ${when} → ${Object.keys(then).join(' ')}`, () => {
    assert.deepEqual(sortClaims([claim], delivery ? [delivery] : [], webhook ? [webhook] : []), {
      ...NONE,
      ...then,
    });
  });
}

test('many claims → each exactly once, whatever else was loaded', () => {
  const claims = ['a', 'b', 'c'].map((id) => ({ ...CLAIM, jobId: id, deliveryId: id }));
  const sorted = sortClaims(
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
