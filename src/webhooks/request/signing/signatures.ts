import { standardKeyFault } from './standard-key.ts';

/**
 * How a request is signed. `hub` is `X-Hub-Signature`, as the Go program and version 2.1 have it,
 * `hub_sha256` the same with the name of the hash. `standard` and `standard_ed25519` are the two
 * kinds of signatures of Standard Webhooks 1.0.
 */
export const SIGNATURES = ['hub', 'hub_sha256', 'standard', 'standard_ed25519'] as const;
export type Signature = (typeof SIGNATURES)[number];

/** Why a webhook with this token may not have these signatures, behind the name of the field. */
export function signaturesFault(settings: {
  signatures: readonly Signature[];
  secret_token: string;
}): string | undefined {
  if (!settings.signatures.includes('standard')) return undefined;
  const fault = standardKeyFault(settings.secret_token);
  return fault && `secret_token: ${fault}, as signatures has standard`;
}
