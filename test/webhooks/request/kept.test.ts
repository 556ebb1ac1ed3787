import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Auth } from '../../../src/webhooks/request/auth/auth.ts';
import { withKeptSecret, withKeptValues } from '../../../src/webhooks/request/kept.ts';
import { masked } from '../../../src/webhooks/request/masked.ts';
import { webhookOf } from '../../setup/settings.ts';

const AUTHS: Auth[] = [
  { type: 'basic', username: 'a-user', password: 'a-secret' },
  { type: 'bearer', token: 'a-secret' },
  {
    type: 'oauth2_client_credentials',
    token_url: 'https://example.com/token',
    client_id: 'a-client',
    client_secret: 'a-secret',
    scope: 'a-scope',
  },
  { type: 'mtls', certificate: 'a-certificate', private_key: 'a-secret' },
];

for (const auth of AUTHS)
  test(`${auth.type} is shown → all but the secret, which comes back when the mask is sent`, () => {
    const shown = masked(webhookOf('a', { auth })).auth;
    const secretless = Object.entries(auth).map(([name, value]) => [
      name,
      value === 'a-secret' ? '***' : value,
    ]);
    assert.deepEqual(shown, Object.fromEntries(secretless));
    assert.deepEqual(withKeptSecret(shown as Auth, auth), auth);
    assert.deepEqual(withKeptSecret(shown as Auth, null), shown, 'there was none');
  });

test('another type with the mask → nothing is kept of the one before', () => {
  const given: Auth = { type: 'bearer', token: '***' };
  for (const before of AUTHS.filter(({ type }) => type !== 'bearer'))
    assert.deepEqual(withKeptSecret(given, before), given);
});

test('headers are shown → each name with the mask, and the webhook itself is as before', () => {
  const headers = { 'X-Tenant': '7', constructor: '8' };
  const webhook = webhookOf('a', { headers });
  assert.deepEqual(masked(webhook).headers, { 'X-Tenant': '***', constructor: '***' });
  assert.deepEqual(webhook.headers, headers);
});

const BEFORE = { 'X-Tenant': '7', 'X-Shop': '8' };

const HEADERS: [when: string, given: Record<string, string>, then: Record<string, string>][] = [
  ['the mask for each', { 'X-Tenant': '***', 'X-Shop': '***' }, BEFORE],
  ['the mask for one', { 'X-Tenant': '***' }, { 'X-Tenant': '7' }],
  ['the mask under a name in another case', { 'x-TENANT': '***' }, { 'x-TENANT': '7' }],
  ['a value', { 'X-Tenant': '9', 'X-Shop': '***' }, { 'X-Tenant': '9', 'X-Shop': '8' }],
  ['the mask for a new name', { 'X-New': '***' }, { 'X-New': '***' }],
  ['the mask for a name of every object', { constructor: '***' }, { constructor: '***' }],
  ['nothing', {}, {}],
];

for (const [when, given, then] of HEADERS)
  test(`headers replaced by ${when} → ${JSON.stringify(then)}`, () =>
    assert.deepEqual(withKeptValues(given, BEFORE), then));
