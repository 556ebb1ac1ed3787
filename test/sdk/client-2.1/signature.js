const DIGEST = /^[0-9a-f]{64}$/;
/**
 * Whether a delivery is genuine: whether `header`, its `X-Hub-Signature`, is the HMAC-SHA256 of `body` under the webhook's
 * `secret_token`. Takes as long for a wrong signature, wherever the difference is.
 *
 * `body` is the body as it came. One that was parsed and written again may have other bytes. An empty secret verifies nothing.
 */
export async function verifySignature(body, header, secret) {
    if (secret === '' || typeof header !== 'string' || !DIGEST.test(header))
        return false;
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', bytesOf(secret), hmac, false, ['verify']);
    return crypto.subtle.verify('HMAC', key, bytesOfHex(header), bytesOf(body));
}
function bytesOf(text) {
    // A body never lies in memory that threads share, which is all that the type would allow beyond this.
    return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}
function bytesOfHex(digest) {
    return Uint8Array.from(digest.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
