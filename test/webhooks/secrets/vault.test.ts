import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SecretsLocked, Vault } from '../../../src/webhooks/secrets/vault.ts';
import { keyOf } from '../../setup/keys.ts';

const SECRETS = { secret_token: 'a token – with ümlauts', headers: { 'X-Key': 'k' }, auth: null };
const OWNER = 'webhooks 1';

function locked(vault: Vault, owner: string, sealed: string): SecretsLocked {
  try {
    vault.open(owner, sealed);
  } catch (error) {
    assert.ok(error instanceof SecretsLocked, String(error));
    return error;
  }
  return assert.fail('it opens');
}

suite('a vault', () => {
  const vault = new Vault([keyOf('a'), keyOf('b')]);

  test('what it sealed → it opens, and so does a vault with the key at another place', () => {
    const sealed = vault.seal(OWNER, SECRETS);
    assert.match(sealed, /^v1\.a\.[\w-]+$/);
    for (const one of [vault, new Vault([keyOf('b'), keyOf('a')])])
      assert.deepEqual(one.open(OWNER, sealed), SECRETS);
  });

  test('the same secrets twice → two ciphertexts, and neither shows a value', () => {
    const [one, other] = [vault.seal(OWNER, SECRETS), vault.seal(OWNER, SECRETS)];
    assert.notEqual(one, other);
    for (const sealed of [one, other]) {
      const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
      assert.ok(!bytes.includes('a token'));
      assert.equal(bytes.length, 12 + Buffer.byteLength(JSON.stringify(SECRETS)) + 16);
    }
  });

  test('opened under another owner → locked, even where it has just opened under its own', () => {
    const sealed = vault.seal(OWNER, SECRETS);
    vault.open(OWNER, sealed);
    for (const owner of ['webhooks 2', 'webhook_secrets 1', ''])
      assert.equal(locked(vault, owner, sealed).reason, 'damaged');
  });

  test('a new ciphertext for the same owner → its own secrets, not those remembered', () => {
    const [one, other] = [vault.seal(OWNER, { n: 1 }), vault.seal(OWNER, { n: 2 })];
    assert.deepEqual(
      [one, other, one].map((sealed) => vault.open(OWNER, sealed)),
      [{ n: 1 }, { n: 2 }, { n: 1 }],
    );
  });

  test('sealed with a key that is not there → locked, naming the key', () => {
    const sealed = new Vault([keyOf('other')]).seal(OWNER, SECRETS);
    for (const one of [vault, new Vault([])]) {
      const { reason, keyId, message } = locked(one, OWNER, sealed);
      assert.deepEqual([reason, keyId], ['key_missing', 'other']);
      assert.match(message, /webhooks 1 .* "other".*POSTMAND_ENCRYPTION_KEYS/);
    }
  });

  test('another key under the same id → locked, and no message has a value in it', () => {
    const sealed = new Vault([{ ...keyOf('b'), id: 'a' }]).seal(OWNER, SECRETS);
    const { reason, message } = locked(vault, OWNER, sealed);
    assert.equal(reason, 'damaged');
    assert.ok(!message.includes('a token'), message);
  });

  test('no key → it seals nothing', () => {
    assert.equal(new Vault([]).keyId, undefined);
    assert.throws(() => new Vault([]).seal(OWNER, SECRETS), /no key/);
  });

  test('any bit of it changed, or a part missing → locked', () => {
    const sealed = vault.seal(OWNER, { n: 1 });
    const bytes = Buffer.from(sealed.slice('v1.a.'.length), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(locked(vault, OWNER, `v1.a.${changed.toString('base64url')}`).reason, 'damaged');
    }
    for (let length = 0; length < bytes.length; length += 1)
      locked(vault, OWNER, `v1.a.${bytes.subarray(0, length).toString('base64url')}`);
    for (const text of ['', 'v1', 'v1.a', 'v1.a.', '..', `v2.a.${sealed.slice(5)}`, 'a token'])
      locked(vault, OWNER, text);
  });
});
