/** Those of `fetch`, those of Node.js, or an object whose names may be in any case. */
export type WebhookHeaders = Pick<Headers, 'get'> | Readonly<Record<string, string | readonly string[] | undefined>>;
export type WebhookToVerify = {
    /** The body as it came. One that was parsed and written again may have other bytes. */
    body: Uint8Array | string;
    headers: WebhookHeaders;
    /**
     * The webhook's `secret_token` or, for `standard_ed25519`, its `public_key`. Of several, any one
     * may have signed: while a secret is replaced, or where a receiver serves more webhooks.
     */
    secret: string | readonly string[];
    /** How far the time of the request may be from now, in both directions. 300 by default. */
    toleranceSeconds?: number;
    /** Instead of the present time. */
    now?: Date;
};
/**
 * Whether a delivery is genuine and recent by its `webhook-id`, `webhook-timestamp` and
 * `webhook-signature` (Standard Webhooks 1.0; `signatures` of the webhook has `standard` or
 * `standard_ed25519`). Takes as long for a wrong signature, wherever the difference is. A secret
 * that is empty, or that is none, verifies nothing.
 */
export declare function verifyWebhook({ body, headers, secret, toleranceSeconds, now, }: WebhookToVerify): Promise<boolean>;
