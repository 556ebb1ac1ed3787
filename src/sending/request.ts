import type { Webhook } from '../webhooks/webhook.ts';
import { sign } from './signature.ts';

/** The HTTP request of one attempt. `headers` are in alphabetical order. */
export type WebhookRequest = {
  url: string;
  headers: [name: string, value: string][];
  body: string;
};

/**
 * A POST of exactly the payload, signed where the webhook has a token. `sequence` is the place of a
 * delivery among those of its ordering key; without a key it has none, and its request no header
 * for it.
 */
export function buildRequest(
  webhook: Pick<Webhook, 'url' | 'content_type' | 'secret_token'>,
  payload: string,
  sequence: number | null = null,
): WebhookRequest {
  const headers: [string, string][] = [['Content-Type', webhook.content_type]];
  if (sequence !== null) headers.push(['webhook-sequence', String(sequence)]);
  if (webhook.secret_token !== '')
    headers.push(['X-Hub-Signature', sign(payload, webhook.secret_token)]);
  return { url: webhook.url, headers, body: payload };
}
