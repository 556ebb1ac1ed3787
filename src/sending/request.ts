import type { Webhook } from '../webhooks/webhook.ts';
import { sign } from './signature.ts';

/** The HTTP request of one attempt. `headers` are in alphabetical order. */
export type WebhookRequest = {
  url: string;
  headers: [name: string, value: string][];
  body: string;
};

/** A POST of exactly the payload, signed where the webhook has a token. */
export function buildRequest(
  webhook: Pick<Webhook, 'url' | 'content_type' | 'secret_token'>,
  payload: string,
): WebhookRequest {
  const headers: [string, string][] = [['Content-Type', webhook.content_type]];
  if (webhook.secret_token !== '')
    headers.push(['X-Hub-Signature', sign(payload, webhook.secret_token)]);
  return { url: webhook.url, headers, body: payload };
}
