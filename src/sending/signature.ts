import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Lowercase hex HMAC-SHA256 (RFC 2104) of the payload's UTF-8 bytes under the token's. Receivers
 * compare it with X-Hub-Signature.
 */
export function sign(payload: string | Buffer, secretToken: string): string {
  return createHmac('sha256', secretToken).update(payload).digest('hex');
}

/**
 * Whether `signature` is that of the payload. Takes as long for a wrong one, wherever the
 * difference is.
 */
export function isGenuine(payload: Buffer, signature: string, secretToken: string): boolean {
  const expected = Buffer.from(sign(payload, secretToken));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
