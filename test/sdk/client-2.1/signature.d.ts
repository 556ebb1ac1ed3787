/**
 * Whether a delivery is genuine: whether `header`, its `X-Hub-Signature`, is the HMAC-SHA256 of `body` under the webhook's
 * `secret_token`. Takes as long for a wrong signature, wherever the difference is.
 *
 * `body` is the body as it came. One that was parsed and written again may have other bytes. An empty secret verifies nothing.
 */
export declare function verifySignature(body: Uint8Array | string, header: string | readonly string[] | null | undefined, secret: string): Promise<boolean>;
