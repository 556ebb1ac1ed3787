import type { SendingWebhook } from '../webhooks/webhook.ts';
import { concealedHeaders } from './concealed-headers.ts';
import type { ClientIdentity } from './connecting/client-agents.ts';
import type { Header, Sent, Start } from './sent.ts';
import { signatureHeaders } from './signature-headers.ts';
import { sign } from './signature.ts';

/**
 * The HTTP request of one attempt. `headers` are in alphabetical order. `concealed` names, in lower
 * case, those whose values nobody is shown. `client` is whom the connection is made as; undefined:
 * as nobody, over connections that others use as well.
 */
export type WebhookRequest = {
  url: string;
  headers: Header[];
  body: string;
  concealed?: readonly string[];
  client?: ClientIdentity;
};

type Sendable = Pick<SendingWebhook, 'url' | 'content_type' | 'secret_token' | 'request'>;

/** A POST of exactly the payload, with what the webhook says that its requests have. */
export function buildRequest(webhook: Sendable, delivery: Sent, start: Start): WebhookRequest {
  const headers = plainHeaders(webhook, delivery);
  const request = { url: webhook.url, headers, body: delivery.payload };
  const { secret_token, request: settings } = webhook;
  if (settings === null) {
    // They are in order. To sort those of each default webhook would cost it for nothing.
    if (secret_token !== '')
      headers.push(['X-Hub-Signature', sign(delivery.payload, secret_token)]);
    return request;
  }
  const concealed = concealedHeaders(settings);
  const signatures = signatureHeaders({ secret_token, request: settings }, delivery, start);
  headers.push(...signatures, ...concealed);
  headers.sort(byName);
  if (concealed.length === 0) return request;
  return { ...request, concealed: concealed.map(([name]) => name.toLowerCase()) };
}

function plainHeaders({ content_type }: Sendable, { sequence }: Sent): Header[] {
  const headers: Header[] = [['Content-Type', content_type]];
  if (sequence !== null) headers.push(['webhook-sequence', String(sequence)]);
  return headers;
}

function byName([one]: Header, [other]: Header): number {
  return one.toLowerCase() < other.toLowerCase() ? -1 : 1;
}
