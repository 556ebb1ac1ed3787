import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  patchedSettings,
  patchFault,
  type SettingsPatch,
} from '../../src/webhooks/patched-settings.ts';
import {
  settingsAfter,
  type GivenSettings,
  type WebhookSettings,
} from '../../src/webhooks/webhook.ts';
import { SETTINGS } from '../setup/settings.ts';

const BEFORE: WebhookSettings = {
  ...SETTINGS,
  rate_limit: { count: 100, per_seconds: 60, burst: 2 },
  retry_schedule: [5, 60],
  failing_after: { attempts: 9, seconds: 30 },
  headers: { 'X-Tenant': 'seven', 'X-Region': 'north' },
  auth: { type: 'basic', username: 'alice', password: 'wonderland' },
};

/** What is another value afterwards, before defaults. */
const CASES: [what: string, patch: SettingsPatch, changed: Partial<GivenSettings>][] = [
  ['nothing', {}, {}],
  ['a text', { name: 'another name' }, { name: 'another name' }],
  ['a list', { valid_status_codes: [204] }, { valid_status_codes: [204] }],
  ['a shorter list', { retry_schedule: [7] }, { retry_schedule: [7] }],
  ['null for a setting', { retry_schedule: null }, { retry_schedule: null }],
  [
    'null for a setting of 2.1',
    { secret_token: null, active: null },
    { secret_token: null, active: null },
  ],
  ['the same value', { name: SETTINGS.name }, {}],
  [
    'one member of the rate limit',
    { rate_limit: { count: 200 } },
    { rate_limit: { count: 200, per_seconds: 60, burst: 2 } },
  ],
  [
    'null for the burst',
    { rate_limit: { burst: null } },
    { rate_limit: { count: 100, per_seconds: 60 } },
  ],
  ['null for the rate limit', { rate_limit: null }, { rate_limit: null }],
  [
    'one member of failing_after',
    { failing_after: { seconds: 0 } },
    { failing_after: { attempts: 9, seconds: 0 } },
  ],
  [
    'a header more, and another value of one',
    { headers: { 'X-New': '1', 'X-Region': 'south' } },
    { headers: { 'X-Tenant': 'seven', 'X-Region': 'south', 'X-New': '1' } },
  ],
  ['null for a header', { headers: { 'X-Region': null } }, { headers: { 'X-Tenant': 'seven' } }],
  [
    'null for a header in another case',
    { headers: { 'x-region': null } },
    { headers: { 'X-Tenant': 'seven' } },
  ],
  [
    'a header in another case',
    { headers: { 'X-REGION': 'south' } },
    { headers: { 'X-Tenant': 'seven', 'X-REGION': 'south' } },
  ],
  ['null for a header that is not there', { headers: { 'X-Other': null } }, {}],
  ['null for all headers', { headers: null }, { headers: null }],
  [
    'a member of auth',
    { auth: { password: 'glass' } as object },
    { auth: { type: 'basic', username: 'alice', password: 'glass' } },
  ],
  [
    'a member of auth, with the same type',
    { auth: { type: 'basic', username: 'bob' } as object },
    { auth: { type: 'basic', username: 'bob', password: 'wonderland' } },
  ],
  [
    'auth of another type',
    { auth: { type: 'bearer', token: 't' } as object },
    { auth: { type: 'bearer', token: 't' } },
  ],
  ['auth of another type alone', { auth: { type: 'bearer' } }, { auth: { type: 'bearer' } }],
  ['null for auth', { auth: null }, { auth: null }],
];

suite('the settings that a patch makes', () => {
  for (const [what, patch, changed] of CASES)
    test(`${what} → that and nothing else`, () => {
      const patched = patchedSettings(BEFORE, patch);
      assert.deepEqual(patched, { ...BEFORE, ...changed });
      assert.equal(patchFault(patched), undefined);
    });

  test('null for each that has a default → its default, also where a PUT would keep it', () => {
    const nothing = Object.fromEntries(
      ['rate_limit', 'retry_schedule', 'failing_after', 'headers', 'auth'].map((name) => [
        name,
        null,
      ]),
    );
    assert.deepEqual(settingsAfter(BEFORE, patchedSettings(BEFORE, nothing)), SETTINGS);
  });

  test('what is not a setting → left behind', () => {
    const sentBack = { id: 'x', updated_at: null, health: null } as SettingsPatch;
    assert.deepEqual(patchedSettings(BEFORE, sentBack), BEFORE);
  });

  const FAULTS: [what: string, patch: SettingsPatch, fault: string][] = [
    ['the period is missing', { rate_limit: { count: 1 } }, 'rate_limit.per_seconds: is required'],
    ['the number is missing', { rate_limit: { per_seconds: 1 } }, 'rate_limit.count: is required'],
    ['all is missing', { rate_limit: {} }, 'rate_limit.count: is required'],
    ['there was no auth', { auth: { token: 't' } as object }, 'auth.type: is required'],
  ];
  for (const [what, patch, fault] of FAULTS)
    test(`${what} → named`, () =>
      assert.equal(patchFault(patchedSettings(SETTINGS, patch)), fault));

  test('a member of failing_after is removed → named', () =>
    assert.equal(
      patchFault(patchedSettings(BEFORE, { failing_after: { attempts: null } })),
      'failing_after.attempts: is required',
    ));
});
