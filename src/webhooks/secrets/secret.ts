/**
 * A secret of a webhook, without its value: the token, and where the webhook has Ed25519 signatures
 * the pair of keys. Times are RFC 3339 text.
 */
export type WebhookSecret = {
  id: string;
  /** The present one, which the webhook shows as its `secret_token`. */
  current: boolean;
  /** `X-Hub-Signature` is made with it. */
  hub: boolean;
  /** Verifies its Ed25519 signatures; null: it makes none. */
  public_key: string | null;
  /** Null: nobody knows, as version 2.1 or the Go program set it. */
  set_at: string | null;
  /** From then on it does not sign any more; null: it is the present one. */
  expires_at: string | null;
};

/** A request carries one signature for each, and receivers verify them one after the other. */
export const MAX_SECRETS = 3;

/** The webhook has as many secrets as can be valid at a time. */
export class TooManySecrets extends Error {
  override name = 'TooManySecrets';
}

/** The webhook has no such secret, or it has ended. */
export class SecretNotFound extends Error {
  override name = 'SecretNotFound';
}

/** The present secret cannot be ended: another one has to take its place. */
export class SecretIsCurrent extends Error {
  override name = 'SecretIsCurrent';
}

/** This token cannot be the next secret; the message is to be read behind the field's name. */
export class TokenRefused extends Error {
  override name = 'TokenRefused';
}
