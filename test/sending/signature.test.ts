import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sign } from '../../src/sending/signature.ts';

// Computed with `printf PAYLOAD | openssl dgst -sha256 -hmac TOKEN`, the third is RFC 4231, test
// case 2.
const CASES: [when: string, token: string, payload: string, signature: string][] = [
  [
    'the documented example',
    'my-secret-token',
    '{"success": true}',
    '3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9',
  ],
  [
    'an empty payload',
    'my-secret-token',
    '',
    'f9d31112a4979613e22fa6348c6cba8b29cdfb42fe05d8b832f056d16735bee9',
  ],
  [
    'RFC 4231',
    'Jefe',
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'a token and a payload outside of ASCII',
    'schlüssel-🔑',
    '{"name": "Zoë ☃ 😀"}',
    'f6496da73921d10b431449b6df72c24398b31c0986048bcb9116ed30aea82548',
  ],
  [
    'a token longer than a block',
    'k'.repeat(200),
    'long key',
    '0b10c8c6ad1000acb54ef1bc8eebb614fd3bd38ab9b3873365b91f33c612a6b3',
  ],
];

for (const [when, token, payload, signature] of CASES) {
  test(`${when} → the signature that every HMAC-SHA256 gives for its UTF-8 bytes`, () =>
    assert.equal(sign(payload, token), signature));
}
