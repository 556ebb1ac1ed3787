import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  fingerprintOf,
  idempotentRequest,
  lockOf,
} from '../../../src/deliveries/idempotency/request.ts';

const ID = '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10';
const AT = '2026-11-24T16:26:01.123456Z';
const draft = { webhookId: ID, payload: 'x' };

const FINGERPRINTS: [what: string, of: Parameters<typeof fingerprintOf>, parts: string][] = [
  ['a delivery', ['createDelivery', [draft]], `14:createDelivery36:${ID}1:x---`],
  [
    'an id in capitals',
    ['createDelivery', [{ ...draft, webhookId: ID.toUpperCase() }]],
    `14:createDelivery36:${ID}1:x---`,
  ],
  [
    'all parts, in octets of UTF-8',
    [
      'createDelivery',
      [{ webhookId: ID, payload: 'ü🦀', orderingKey: 'k:1', sendAt: AT, expiresAt: AT }],
    ],
    `14:createDelivery36:${ID}6:ü🦀3:k:127:${AT}27:${AT}`,
  ],
  [
    'an empty payload, which is not none',
    ['createDelivery', [{ ...draft, payload: '' }]],
    `14:createDelivery36:${ID}0:---`,
  ],
  [
    'a batch',
    ['createDeliveries', [draft, { ...draft, payload: '-', orderingKey: '-' }]],
    `16:createDeliveries36:${ID}1:x---36:${ID}1:-1:---`,
  ],
  [
    'metadata, in the order of the octets of its names',
    ['createDelivery', [{ ...draft, metadata: { '🦀': '2', ｚ: 'ü', a: '' } }]],
    `14:createDelivery36:${ID}1:x---24:{1:a0:3:ｚ2:ü4:🦀1:2`,
  ],
  ['a batch of one', ['createDeliveries', [draft]], `16:createDeliveries36:${ID}1:x---`],
];

for (const [what, args, parts] of FINGERPRINTS)
  test(`${what} → the fingerprint is the SHA-256 of ${parts.length} characters`, () => {
    const expected = createHash('sha256').update(parts).digest('hex');
    assert.equal(fingerprintOf(...args).toString('hex'), expected);
  });

test('a key → kept as its SHA-256, and locked by the first 64 bits of that', () => {
  const request = idempotentRequest('abc', 'createDelivery', [draft]);
  // FIPS 180-4, example of one block.
  assert.match(request.key.toString('hex'), /^ba7816bf8f01cfea/);
  assert.equal(lockOf(request), String(BigInt.asIntN(64, 0xba7816bf8f01cfean)));
});
