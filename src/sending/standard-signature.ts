import {
  createHmac,
  createSecretKey,
  sign as signAsymmetric,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { privateKeyOf, publicKeyOf } from '../webhooks/request/signing/ed25519.ts';
import { standardKey } from '../webhooks/request/signing/standard-key.ts';

/** What Standard Webhooks 1.0 signs: `prefix` is `id.timestamp.`, and the payload follows. */
export type Signed = { prefix: string; payload: string | Buffer };

/**
 * Keys of secrets. With a key that is kept an HMAC of 1 KB took 2.6 µs, with the bytes of one 14,
 * and an Ed25519 key takes 40 µs to read.
 */
const REMEMBERED = 2000;

type Kept = { key: KeyObject | undefined };

const symmetricKeys = new LRUCache<string, Kept>({
  max: REMEMBERED,
  memoMethod: (token) => {
    const bytes = standardKey(token);
    return { key: bytes && createSecretKey(bytes) };
  },
});

const asymmetricKeys = new LRUCache<string, Kept>({
  max: REMEMBERED,
  memoMethod: (signingKey) => ({ key: privateKeyOf(signingKey) }),
});

/** `v1,` and the HMAC-SHA256 in Base64. Undefined: the token gives no key. */
export function signStandard({ prefix, payload }: Signed, token: string): string | undefined {
  const { key } = symmetricKeys.memo(token);
  if (key === undefined) return undefined;
  return `v1,${createHmac('sha256', key).update(prefix).update(payload).digest('base64')}`;
}

/** `v1a,` and the Ed25519 signature (RFC 8032) in Base64. Undefined: there is no key. */
export function signEd25519(signed: Signed, signingKey: string | null): string | undefined {
  if (signingKey === null) return undefined;
  const { key } = asymmetricKeys.memo(signingKey);
  return key && `v1a,${signAsymmetric(null, bytesOf(signed), key).toString('base64')}`;
}

/**
 * Whether one of the signatures in `webhook-signature` is genuine: by a token, or by a public key,
 * `whpk_…`. Takes as long for a wrong one, wherever the difference is.
 */
export function isGenuineStandard(signed: Signed, header: string, secret: string): boolean {
  const given = header.split(' ');
  const key = publicKeyOf(secret);
  return key === undefined
    ? given.some((one) => one !== '' && isEqual(one, signStandard(signed, secret) ?? ''))
    : given.some((one) => isByKey(signed, one, key));
}

function isByKey(signed: Signed, signature: string, key: KeyObject): boolean {
  const [version, text = ''] = signature.split(',');
  return version === 'v1a' && verify(null, bytesOf(signed), key, Buffer.from(text, 'base64'));
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

function bytesOf({ prefix, payload }: Signed): Buffer {
  return typeof payload === 'string'
    ? Buffer.from(prefix + payload)
    : Buffer.concat([Buffer.from(prefix), payload]);
}
