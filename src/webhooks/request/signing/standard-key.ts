import { randomBytes } from 'node:crypto';

/** What the secrets of Standard Webhooks 1.0 begin with. Base64 of the key follows. */
const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** Of a key that is made: as many as the standard asks for. */
const MADE_BYTES = 24;

/**
 * The key of the signatures of `standard`: what a `whsec_` token has in Base64, and otherwise the
 * token's UTF-8 bytes. Undefined: the token gives no key.
 */
export function standardKey(token: string): Buffer | undefined {
  if (token === '') return undefined;
  if (!token.startsWith(PREFIX)) return Buffer.from(token);
  const text = token.slice(PREFIX.length);
  const key = Buffer.from(text, 'base64');
  const isWhole = key.toString('base64') === text;
  return isWhole && key.length >= MIN_BYTES && key.length <= MAX_BYTES ? key : undefined;
}

/** Why the token gives no key, to be read behind its name. Undefined: it does. */
export function standardKeyFault(token: string): string | undefined {
  if (token === '') return 'must not be empty';
  return standardKey(token) === undefined
    ? `must have ${MIN_BYTES} to ${MAX_BYTES} bytes in Base64 behind ${PREFIX}`
    : undefined;
}

/**
 * What a client gave for a new webhook, with a token that is made where it is to sign as `standard`
 * and the client gave none. An empty one stays as it is, to be refused.
 */
export function withSecretToken<
  Given extends {
    signatures?: readonly string[] | null | undefined;
    secret_token?: string | null | undefined;
  },
>(given: Given): Given {
  const isMissing = given.secret_token === null || given.secret_token === undefined;
  return isMissing && given.signatures?.includes('standard')
    ? { ...given, secret_token: makeSecretToken() }
    : given;
}

/** A new token whose key has 24 bytes. */
export function makeSecretToken(chance: (bytes: number) => Buffer = randomBytes): string {
  return PREFIX + chance(MADE_BYTES).toString('base64');
}
