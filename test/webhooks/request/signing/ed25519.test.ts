import assert from 'node:assert/strict';
import { sign, verify } from 'node:crypto';
import { test } from 'node:test';
import {
  makeSigningPair,
  privateKeyOf,
  publicKeyOf,
} from '../../../../src/webhooks/request/signing/ed25519.ts';

/** RFC 8032, section 7.1, test 2: a message of one byte. */
const SEED = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
  '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';

const base64Of = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

test('the keys of RFC 8032 as whsk_ and whpk_ → its signature is made and verified', () => {
  const key = privateKeyOf(`whsk_${base64Of(SEED + PUBLIC)}`);
  assert.equal(sign(null, Buffer.of(0x72), key).toString('hex'), SIGNATURE);
  const open = publicKeyOf(`whpk_${base64Of(PUBLIC)}`);
  assert.ok(open);
  assert.ok(verify(null, Buffer.of(0x72), open, Buffer.from(SIGNATURE, 'hex')));
});

test('a pair is made → what one signs the other verifies, and the next is another', () => {
  const pair = makeSigningPair();
  assert.match(pair.signing_key, /^whsk_[A-Za-z0-9+/]{86}==$/);
  assert.match(pair.public_key, /^whpk_[A-Za-z0-9+/]{43}=$/);
  const open = publicKeyOf(pair.public_key);
  const message = Buffer.from('id.1.{}');
  assert.ok(
    open && verify(null, message, open, sign(null, message, privateKeyOf(pair.signing_key))),
  );
  assert.notEqual(makeSigningPair().signing_key, pair.signing_key);
});

const NONE = ['', 'whpk_', 'whsec_AAAA', `whpk_${base64Of(SEED + PUBLIC)}`, base64Of(PUBLIC)];

for (const text of NONE)
  test(`"${text.slice(0, 20)}" (${text.length} characters) → no key`, () => {
    assert.equal(publicKeyOf(text), undefined);
    assert.throws(() => privateKeyOf(text), /not an Ed25519 key/);
  });
