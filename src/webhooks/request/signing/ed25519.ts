import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/**
 * A pair of Ed25519 keys (RFC 8032) as Standard Webhooks 1.0 writes it: `whsk_` with the seed and
 * the public key in Base64, 64 bytes, and `whpk_` with the public key, 32 bytes.
 */
export type SigningPair = { signing_key: string; public_key: string };

const PRIVATE = 'whsk_';
const PUBLIC = 'whpk_';
const SEED_BYTES = 32;
const PUBLIC_BYTES = 32;

/** A new pair, made by chance. */
export function makeSigningPair(): SigningPair {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(d as string, 'base64url');
  const open = Buffer.from(x as string, 'base64url');
  return {
    signing_key: PRIVATE + Buffer.concat([seed, open]).toString('base64'),
    public_key: PUBLIC + open.toString('base64'),
  };
}

/** The key that signs. @throws where the text is no `whsk_` key */
export function privateKeyOf(signingKey: string): KeyObject {
  const bytes = bytesOf(signingKey, PRIVATE, SEED_BYTES + PUBLIC_BYTES);
  if (bytes === undefined) throw new Error('not an Ed25519 key as Standard Webhooks writes it');
  const d = bytes.subarray(0, SEED_BYTES).toString('base64url');
  const x = bytes.subarray(SEED_BYTES).toString('base64url');
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
}

/** The key that verifies. Undefined: the text is no `whpk_` key. */
export function publicKeyOf(publicKey: string): KeyObject | undefined {
  const bytes = bytesOf(publicKey, PUBLIC, PUBLIC_BYTES);
  if (bytes === undefined) return undefined;
  const x = bytes.toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function bytesOf(key: string, prefix: string, length: number): Buffer | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const bytes = Buffer.from(key.slice(prefix.length), 'base64');
  return bytes.length === length ? bytes : undefined;
}
