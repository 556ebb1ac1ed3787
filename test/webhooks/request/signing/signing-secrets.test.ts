import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OldSigningSecret } from '../../../../src/webhooks/request/request-settings.ts';
import { signingSecrets } from '../../../../src/webhooks/request/signing/signing-secrets.ts';

/** An old secret of this name, which ends 1 s after it was read, or later. */
const old = (name: string, hub = false, endsInMs = 1000): OldSigningSecret => ({
  id: name,
  secret_token: name,
  signing_key: `key of ${name}`,
  hub,
  sealed: null,
  endsInMs,
});

type Case = [
  when: string,
  then: { valid: string[]; hub: string },
  old: OldSigningSecret[] | null,
  elapsedMs?: number,
];

const CASES: Case[] = [
  ['nothing was replaced', { valid: ['new'], hub: 'new' }, null],
  ['one was replaced', { valid: ['new', 'b'], hub: 'new' }, [old('b')]],
  ['one was replaced and keeps hub', { valid: ['new', 'b'], hub: 'b' }, [old('b', true)]],
  ['two were, neither keeps hub', { valid: ['new', 'b', 'a'], hub: 'new' }, [old('b'), old('a')]],
  [
    'two were, the newer one keeps hub',
    { valid: ['new', 'b', 'a'], hub: 'b' },
    [old('b', true), old('a')],
  ],
  [
    'two were, both keep hub: the oldest that may',
    { valid: ['new', 'b', 'a'], hub: 'a' },
    [old('b', true), old('a', true)],
  ],
  ['it ends in 1 ms', { valid: ['new', 'b'], hub: 'b' }, [old('b', true)], 999],
  ['it ends now', { valid: ['new'], hub: 'new' }, [old('b', true)], 1000],
  ['it ended long ago', { valid: ['new'], hub: 'new' }, [old('b', true)], 1e9],
  [
    'the older of two ended, and kept hub before',
    { valid: ['new', 'b'], hub: 'b' },
    [old('b', true, 2000), old('a', true)],
    1500,
  ],
  [
    'the newer of two ended',
    { valid: ['new', 'a'], hub: 'a' },
    [old('b', true), old('a', true, 2000)],
    1500,
  ],
  ['an empty one keeps hub', { valid: ['new', ''], hub: '' }, [old('', true)]],
];

for (const [when, then, old_secrets, elapsedMs = 0] of CASES)
  test(`${when} → ${then.valid.join(', ')} sign, hub is made with ${then.hub || 'nothing'}`, () => {
    const request = {
      signatures: ['hub' as const],
      headers: {},
      auth: null,
      format: 'raw' as const,
      propagate_trace: false,
      signing_key: 'key of new',
      old_secrets,
      sealed: null,
    };
    const { valid, hub } = signingSecrets({ secret_token: 'new', request }, elapsedMs);
    assert.deepEqual(
      { valid, hub },
      {
        valid: then.valid.map((token) => ({ token, signingKey: `key of ${token}` })),
        hub: then.hub,
      },
    );
  });

test('a webhook with default requests → its token alone', () => {
  assert.deepEqual(signingSecrets({ secret_token: 'new', request: null }, 0), {
    valid: [{ token: 'new', signingKey: null }],
    hub: 'new',
  });
});
