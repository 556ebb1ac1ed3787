import type { SendingWebhook } from '../webhook.ts';

/** A secret that signs: a token, and where there is one the private key of Ed25519. */
type SigningSecret = { token: string; signingKey: string | null };

/**
 * `valid`: the present secret, and those that it replaced and that have not ended, the newest
 * first. `hub`: the token of the one signature that `X-Hub-Signature` can hold.
 */
export type SigningSecrets = { valid: SigningSecret[]; hub: string };

/**
 * The secrets that sign a request of the webhook, which was read `elapsedMs` ago. Of those that
 * were replaced and keep `X-Hub-Signature` for themselves the oldest has it.
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
    hub: old.findLast(({ hub }) => hub)?.secret_token ?? token,
  };
}
