/** How far the time of a request may be from now: what the libraries of the standard allow. */
const TOLERANCE_SECONDS = 300;
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;
const PUBLIC_KEY_BYTES = 32;
/**
 * Whether a delivery is genuine and recent by its `webhook-id`, `webhook-timestamp` and
 * `webhook-signature` (Standard Webhooks 1.0; `signatures` of the webhook has `standard` or
 * `standard_ed25519`). Takes as long for a wrong signature, wherever the difference is. A secret
 * that is empty, or that is none, verifies nothing.
 */
export async function verifyWebhook({ body, headers, secret, toleranceSeconds = TOLERANCE_SECONDS, now = new Date(), }) {
    const id = headerOf(headers, 'webhook-id');
    const timestamp = headerOf(headers, 'webhook-timestamp');
    // With a dot in it, the end of an id could be taken for a time, and the time for a part of the
    // body.
    if (!id || id.includes('.') || !/^\d{1,12}$/.test(timestamp))
        return false;
    if (!(Math.abs(now.getTime() / 1000 - Number(timestamp)) <= toleranceSeconds))
        return false;
    const signed = joined(`${id}.${timestamp}.`, body);
    const signatures = headerOf(headers, 'webhook-signature').split(' ');
    const verdicts = [secret].flat().flatMap((one) => {
        const key = keyOf(one);
        if (key === undefined)
            return [];
        const own = signatures.filter((signature) => signature.startsWith(`${key.version},`));
        return own.map((signature) => isBy(key, signature.slice(key.version.length + 1), signed));
    });
    return (await Promise.all(verdicts)).includes(true);
}
function headerOf(headers, name) {
    if (typeof headers.get === 'function')
        return headers.get(name) ?? '';
    const found = Object.entries(headers).find(([other]) => other.toLowerCase() === name)?.[1];
    return typeof found === 'string' ? found : '';
}
function keyOf(secret) {
    if (secret === '')
        return undefined;
    const [, prefix, text = ''] = /^(whsec_|whpk_)(.*)$/s.exec(secret) ?? [];
    if (prefix === undefined)
        return { version: 'v1', bytes: new TextEncoder().encode(secret) };
    const bytes = bytesOfBase64(text);
    if (bytes === undefined)
        return undefined;
    if (prefix === 'whpk_')
        return bytes.length === PUBLIC_KEY_BYTES ? { version: 'v1a', bytes } : undefined;
    const fits = bytes.length >= MIN_KEY_BYTES && bytes.length <= MAX_KEY_BYTES;
    return fits ? { version: 'v1', bytes } : undefined;
}
async function isBy({ version, bytes }, text, signed) {
    const signature = bytesOfBase64(text);
    if (signature === undefined)
        return false;
    const algorithm = version === 'v1' ? { name: 'HMAC', hash: 'SHA-256' } : { name: 'Ed25519' };
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']);
    return crypto.subtle.verify(algorithm.name, key, signature, signed);
}
function joined(prefix, body) {
    const encoder = new TextEncoder();
    const start = encoder.encode(prefix);
    const end = typeof body === 'string' ? encoder.encode(body) : body;
    const bytes = new Uint8Array(start.length + end.length);
    bytes.set(start);
    bytes.set(end, start.length);
    return bytes;
}
/** Undefined: not Base64 as it is written by everybody, with its padding (RFC 4648, section 4). */
function bytesOfBase64(text) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
        return undefined;
    const binary = atob(text);
    if (btoa(binary) !== text)
        return undefined;
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
