import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsFault } from '../../src/webhooks/settings-fault.ts';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { SETTINGS } from '../setup/settings.ts';

const SHORT = 'secret_token: must have 24 to 64 bytes in Base64 behind whsec_';

const CASES: [when: string, change: Partial<WebhookSettings>, fault: string | undefined][] = [
  ['defaults', {}, undefined],
  [
    'a burst above its count',
    { rate_limit: { count: 5, per_seconds: 1, burst: 6 } },
    'rate_limit.burst: must be <= rate_limit.count, which is 5',
  ],
  ['standard with a token', { signatures: ['standard'] }, undefined],
  [
    'standard without a token',
    { signatures: ['hub', 'standard'], secret_token: '' },
    'secret_token: must not be empty, as signatures has standard',
  ],
  [
    'standard with a short key',
    { signatures: ['standard'], secret_token: 'whsec_AAAA' },
    `${SHORT}, as signatures has standard`,
  ],
  ['a short key without standard', { signatures: ['hub'], secret_token: 'whsec_AAAA' }, undefined],
  [
    'others without a token',
    { signatures: ['hub', 'hub_sha256', 'standard_ed25519'], secret_token: '' },
    undefined,
  ],
  ['headers', { headers: { 'X-Tenant': '7' } }, undefined],
  [
    'a header that is not for clients',
    { headers: { Host: 'example.com' } },
    'headers.Host: cannot be set: it is made from url',
  ],
  ['auth', { auth: { type: 'bearer', token: 'a-token' } }, undefined],
  [
    'auth that cannot be sent',
    { auth: { type: 'basic', username: 'a:b', password: 'c' } },
    'auth.username: must not have a colon, which ends it',
  ],
];

for (const [when, change, fault] of CASES)
  test(`${when} → ${fault ?? 'no fault'}`, () =>
    assert.equal(settingsFault({ ...SETTINGS, ...change }), fault));
