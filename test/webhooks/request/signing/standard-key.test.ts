import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  makeSecretToken,
  standardKey,
  standardKeyFault,
} from '../../../../src/webhooks/request/signing/standard-key.ts';

const base64Of = (bytes: number) => Buffer.alloc(bytes, 0xfb).toString('base64');

const KEYS: [when: string, token: string, key: Buffer][] = [
  ['the published secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', published()],
  ['24 bytes', `whsec_${base64Of(24)}`, Buffer.alloc(24, 0xfb)],
  ['64 bytes', `whsec_${base64Of(64)}`, Buffer.alloc(64, 0xfb)],
  ['a token of its own', 'my-secret-token', Buffer.from('my-secret-token')],
  ['one character', 'x', Buffer.from('x')],
  ['text outside of ASCII', 'schlüssel-🔑', Buffer.from('schlüssel-🔑', 'utf8')],
  ['the prefix in capitals', 'WHSEC_x', Buffer.from('WHSEC_x')],
  ['the prefix further on', 'a whsec_x', Buffer.from('a whsec_x')],
];

for (const [when, token, key] of KEYS)
  test(`${when} → its key`, () => {
    assert.deepEqual(standardKey(token), key);
    assert.equal(standardKeyFault(token), undefined);
  });

const LENGTH = 'must have 24 to 64 bytes in Base64 behind whsec_';

const FAULTS: [when: string, token: string, fault: string][] = [
  ['nothing', '', 'must not be empty'],
  ['the prefix alone', 'whsec_', LENGTH],
  ['23 bytes', `whsec_${base64Of(23)}`, LENGTH],
  ['65 bytes', `whsec_${base64Of(65)}`, LENGTH],
  ['no Base64', `whsec_${'!'.repeat(32)}`, LENGTH],
  ['a character that is none of Base64 among them', `whsec_${base64Of(24)} `, LENGTH],
  ['Base64 without its padding', `whsec_${base64Of(25).replace(/=+$/, '')}`, LENGTH],
  ['the alphabet for URLs', `whsec_${Buffer.alloc(24, 0xfb).toString('base64url')}`, LENGTH],
  ['bits behind the last byte', `whsec_${'A'.repeat(34)}B=`, LENGTH],
];

for (const [when, token, fault] of FAULTS)
  test(`${when} → no key, since it ${fault}`, () => {
    assert.equal(standardKey(token), undefined);
    assert.equal(standardKeyFault(token), fault);
  });

test('a token that is made → its key is 24 bytes of chance', () => {
  const numbered = (bytes: number) => Buffer.from([...Array(bytes).keys()]);
  const token = makeSecretToken(numbered);
  assert.equal(token, 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX');
  assert.deepEqual(standardKey(token), numbered(24));
  assert.notEqual(makeSecretToken(), makeSecretToken());
});

function published(): Buffer {
  return Buffer.from('31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0', 'hex');
}
