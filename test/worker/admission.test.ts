import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendableDelivery } from '../../src/deliveries/sendable.ts';
import { decide, type Decision } from '../../src/worker/admission.ts';
import type { Claim } from '../../src/queue/claim.ts';
import type { SendingWebhook } from '../../src/webhooks/webhook.ts';
import { SecretsLocked } from '../../src/webhooks/secrets/vault.ts';
import { NO_STATE } from '../../src/webhooks/webhook-state.ts';
import { webhookOf } from '../setup/settings.ts';

const WEBHOOK = webhookOf('w');
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
  expired: false,
  isolated_by: null,
  unbudgeted_attempts: 0,
  ordering_key: null,
  is_head: false,
  sequence: null,
  trace_context: null,
  event: null,
  test: false,
};
const LATE = { ...DUE, expired: true };
const MARKED = { ...DUE, isolated_by: 'm' };

type Case = [
  when: string,
  then: Decision,
  delivery: SendableDelivery | undefined,
  webhook?: SendingWebhook,
  claim?: Claim,
];

const SEND: Decision = { kind: 'send', isolated: false, vanished: false };
const ALONE: Decision = { kind: 'send', isolated: true, vanished: false };
const VANISHED: Decision = { kind: 'send', isolated: true, vanished: true };
const GONE: Decision = { kind: 'drop' };
const HELD: Decision = { kind: 'hold', reason: 'webhook_inactive' };
const EXHAUSTED: Decision = { kind: 'exhaust' };
const EXPIRED: Decision = { kind: 'expire' };
const DOUBT: Decision = { kind: 'doubt', mark: 'm' };

const crashed = (times: number, doubt?: string): Claim => ({
  ...CLAIM,
  crashes: times,
  ...(doubt ? { doubt } : {}),
});

const CASES: Case[] = [
  ['due, and its webhook is active', SEND, DUE],
  ['due at this very moment', SEND, { ...DUE, waitSeconds: 0 }],
  ['due, and its webhook is inactive', HELD, DUE, INACTIVE],
  ['not yet due, and its webhook is inactive', HELD, { ...DUE, waitSeconds: 5 }, INACTIVE],
  ['not yet due', { kind: 'postpone', delaySeconds: 5 }, { ...DUE, waitSeconds: 5 }],
  ['gone, or has no webhook any more', GONE, undefined],
  ['succeeded already', GONE, { ...DUE, status: 'succeeded' }],
  ['failed already', GONE, { ...DUE, status: 'failed' }],
  ['held already', GONE, { ...DUE, held_reason: 'webhook_inactive' }, INACTIVE],
  ['final, and its webhook is inactive', GONE, { ...DUE, status: 'failed' }, INACTIVE],
  ['at its last attempt', SEND, { ...DUE, delivery_attempts: 2 }],
  ['out of attempts, as its webhook allows fewer now', EXHAUSTED, { ...DUE, delivery_attempts: 3 }],
  ['out of attempts by far', EXHAUSTED, { ...DUE, delivery_attempts: 30 }],
  ['expired', EXPIRED, LATE],
  ['expired, and its webhook is inactive', EXPIRED, LATE, INACTIVE],
  ['expired before its time', EXPIRED, { ...LATE, waitSeconds: 5 }],
  ['expired and out of attempts', EXPIRED, { ...LATE, delivery_attempts: 3 }],
  ['expired and final', GONE, { ...LATE, status: 'succeeded' }],
  ['expired and held already', GONE, { ...LATE, held_reason: 'webhook_inactive' }, INACTIVE],
  ['expired, and marked by an isolated send', DOUBT, { ...MARKED, expired: true }],
  [
    'expired, and still marked as the last time',
    VANISHED,
    { ...MARKED, expired: true },
    WEBHOOK,
    crashed(4, 'm'),
  ],
  ['claimed after two crashes', SEND, DUE, WEBHOOK, crashed(2)],
  ['claimed after three crashes', ALONE, DUE, WEBHOOK, crashed(3)],
  ['claimed after a thousand crashes', ALONE, DUE, WEBHOOK, crashed(1000)],
  ['marked by an isolated send', DOUBT, MARKED, WEBHOOK, crashed(4)],
  ['marked by another send than the last time', DOUBT, MARKED, WEBHOOK, crashed(4, 'n')],
  ['still marked as the last time', VANISHED, MARKED, WEBHOOK, crashed(4, 'm')],
  ['no longer marked as the last time', ALONE, DUE, WEBHOOK, crashed(4, 'm')],
];

const LOCKED = new SecretsLocked({ owner: 'webhooks w', keyId: 'k', reason: 'key_missing' });
const LATER: Decision = { kind: 'postpone', delaySeconds: 30 };

const LOCKED_CASES: Case[] = [
  ['due', LATER, DUE],
  ['due, and its webhook is inactive', HELD, DUE, INACTIVE],
  ['not yet due', { kind: 'postpone', delaySeconds: 5 }, { ...DUE, waitSeconds: 5 }],
  ['out of attempts', EXHAUSTED, { ...DUE, delivery_attempts: 3 }],
  ['expired', EXPIRED, LATE],
  ['final', GONE, { ...DUE, status: 'failed' }],
  ['claimed after three crashes', LATER, DUE, WEBHOOK, crashed(3)],
  ['still marked as the last time', LATER, MARKED, WEBHOOK, crashed(4, 'm')],
];

for (const [when, then, delivery, webhook = WEBHOOK, claim = CLAIM] of LOCKED_CASES) {
  test(`secrets that cannot be read, and a claim whose delivery is ${when} → ${then.kind}`, () => {
    const found = delivery && { delivery, webhook, state: NO_STATE, locked: LOCKED };
    assert.deepEqual(decide(claim, found), then);
  });
}

for (const [when, then, delivery, webhook = WEBHOOK, claim = CLAIM] of CASES) {
  test(`a claim whose delivery is ${when} → ${then.kind}`, () => {
    assert.deepEqual(decide(claim, delivery && { delivery, webhook, state: NO_STATE }), then);
  });
}
