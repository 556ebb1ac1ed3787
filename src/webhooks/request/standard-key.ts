/** What the secrets of Standard Webhooks 1.0 begin with. Base64 of the key follows. */
const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;

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
 * What a client gave for a new webhook, with a token that has these bytes where it is to sign as
 * `standard` and the client gave none. An empty one stays as it is, to be refused.
 */
export function withToken<
  Given extends {
    signatures?: readonly string[] | null | undefined;
    secret_token?: string | null | undefined;
  },
>(given: Given, makeBytes: () => Buffer): Given {
  const isMissing = given.secret_token === null || given.secret_token === undefined;
  return isMissing && given.signatures?.includes('standard')
    ? { ...given, secret_token: secretTokenOf(makeBytes()) }
    : given;
}

/** The token whose key is these bytes: 24 of them, by chance, are what the standard asks for. */
export function secretTokenOf(bytes: Buffer): string {
  return PREFIX + bytes.toString('base64');
}
