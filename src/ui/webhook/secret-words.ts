import type { Schemas } from '../../client/api.ts';
import { SIGNATURES } from './request-words.ts';

/**
 * The signatures of a webhook that a secret of it makes, by the names that people know them by.
 * Headers of WebSub have room for one signature, which `hub` says whose it is; those of Standard
 * Webhooks have one of each valid secret.
 */
export function signaturesOf(
  { signatures }: Schemas['Webhook'],
  { hub, public_key }: Schemas['WebhookSecret'],
): string[] {
  const isMade = {
    hub,
    hub_sha256: hub,
    standard: true,
    standard_ed25519: public_key !== null,
  };
  return signatures.filter((one) => isMade[one]).map((one) => SIGNATURES[one]);
}
