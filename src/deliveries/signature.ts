import { createHmac } from 'node:crypto';

/** Lowercase hex HMAC-SHA256 (RFC 2104) of the payload's UTF-8 bytes under the token's. Receivers compare it with X-Hub-Signature. */
export function sign(payload: string, secretToken: string): string {
  return createHmac('sha256', secretToken).update(payload).digest('hex');
}
