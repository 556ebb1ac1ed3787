import { createHmac, verify } from 'node:crypto';
import { publicKeyOf } from '../../src/webhooks/request/signing/ed25519.ts';
import { standardKey } from '../../src/webhooks/request/signing/standard-key.ts';
import type { Received } from './receiver.ts';

type Signed = Pick<Received, 'headers' | 'body'>;

/**
 * Whether a receiver that knows this secret, a token or a public key (`whpk_`), accepts a request
 * by Standard Webhooks. It does not look at the time.
 */
export function isSignedBy({ headers, body }: Signed, secret: string): boolean {
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const signatures = String(headers['webhook-signature']).split(' ');
  const publicKey = publicKeyOf(secret);
  if (publicKey !== undefined)
    return signatures.some((one) => {
      const [version, value = ''] = one.split(',');
      const signature = Buffer.from(value, 'base64');
      return version === 'v1a' && verify(null, Buffer.from(content), publicKey, signature);
    });
  const key = standardKey(secret) as Buffer;
  return signatures.includes(`v1,${createHmac('sha256', key).update(content).digest('base64')}`);
}

/** The same by `X-Hub-Signature`. */
export function hasHubOf({ headers, body }: Signed, token: string): boolean {
  return headers['x-hub-signature'] === createHmac('sha256', token).update(body).digest('hex');
}
