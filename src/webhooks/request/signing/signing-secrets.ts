import type { SendingWebhook } from '../../webhook.ts';

/** A secret that signs: a token, and where there is one the private key of Ed25519. */
type SigningSecret = { token: string; signingKey: string | null };

/**
 * `valid`: the present secret, and those that it replaced and that have not ended, the newest
 * first. `hub`: the token of the one signature that `X-Hub-Signature` can hold.
 */
export type SigningSecrets = { valid: SigningSecret[]; hub: string };

/**
 * The secrets that sign a request of the webhook, which was read `elapsedMs` ago.
 */
export function signingSecrets(
  { secret_token: token, request }: Pick<SendingWebhook, 'secret_token' | 'request'>,
  elapsedMs: number,
): SigningSecrets {
  const present = { token, signingKey: request?.signing_key ?? null };
  const old = request?.old_secrets?.filter(({ endsInMs }) => endsInMs > elapsedMs) ?? [];
  return {
    valid: [
      present,
      ...old.map((one) => ({ token: one.secret_token, signingKey: one.signing_key })),
    ],
    hub: keeperOfHub(old)?.secret_token ?? token,
  };
}

/**
 * Of secrets that were replaced, the newest first, the one that `X-Hub-Signature` is made with: the
 * oldest of those that keep it. Undefined: it is made with the present one.
 */
export function keeperOfHub<One extends { hub: boolean }>(old: readonly One[]): One | undefined {
  return old.findLast(({ hub }) => hub);
}
