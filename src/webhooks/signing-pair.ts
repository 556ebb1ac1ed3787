import { makeSigningPair } from './request/signing/ed25519.ts';
import type { VaultTx } from './secrets/row-secrets.ts';
import { setSigningPair } from './webhook-store.ts';
import type { Webhook } from './webhook.ts';

/**
 * The webhook with a pair of keys where it signs with Ed25519. It keeps the pair when it does so no
 * more: receivers have the public key, and would refuse what another one signs when the webhook
 * does so again.
 */
export async function withSigningPair(by: VaultTx, webhook: Webhook): Promise<Webhook> {
  const needsOne = webhook.signatures.includes('standard_ed25519') && webhook.public_key === null;
  return needsOne ? setSigningPair(by, webhook.id, makeSigningPair()) : webhook;
}
