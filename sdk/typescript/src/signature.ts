const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Whether a delivery is genuine: whether `header`, its `X-Hub-Signature`, is the HMAC-SHA256 of
 * `body` under the webhook's `secret_token`. Takes as long for a wrong signature, wherever the
 * difference is.
 *
 * `body` is the body as it came. One that was parsed and written again may have other bytes. An
 * empty secret verifies nothing.
 */
export async function verifySignature(
  body: Uint8Array | string,
  header: string | readonly string[] | null | undefined,
  secret: string,
): Promise<boolean> {
  if (secret === '' || typeof header !== 'string' || !DIGEST.test(header)) return false;
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), hmac, false, ['verify']);
  return crypto.subtle.verify('HMAC', key, bytesOfHex(header), bytesOf(body));
}

function bytesOf(text: Uint8Array | string): BufferSource {
  // A body never lies in memory that threads share, which is all that the type would allow beyond
  // this.
  return typeof text === 'string'
    ? new TextEncoder().encode(text)
    : (text as Uint8Array<ArrayBuffer>);
}

function bytesOfHex(digest: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digest.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
