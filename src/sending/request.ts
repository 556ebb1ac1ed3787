import type { Format } from '../webhooks/request/format.ts';
import { traceHeaders } from '../telemetry/trace-context.ts';
import type { SendingWebhook } from '../webhooks/webhook.ts';
import { cloudEventOf, type Content } from './cloud-event.ts';
import { concealedHeaders } from './concealed-headers.ts';
import type { ClientIdentity } from './connecting/client-agents.ts';
import type { Header, Sent, Start } from './sent.ts';
import { signatureHeaders } from './signature-headers.ts';
import { sign } from './signature.ts';

/**
 * The HTTP request of one attempt. `headers` are in alphabetical order. `isWrapped`: the body is
 * more than the payload. `concealed` names, in lower case, those headers whose values nobody is
 * shown. `client` is whom the connection is made as; undefined: as nobody, over connections that
 * others use as well.
 */
export type WebhookRequest = {
  url: string;
  headers: Header[];
  body: string;
  isWrapped?: true;
  concealed?: readonly string[];
  client?: ClientIdentity;
};

type Sendable = Pick<SendingWebhook, 'url' | 'content_type' | 'secret_token' | 'request'>;

/** A POST of the payload, in the format of the webhook, with what else its requests have. */
export function buildRequest(webhook: Sendable, delivery: Sent, start: Start): WebhookRequest {
  const { url, content_type, secret_token, request: settings } = webhook;
  if (settings === null) {
    // They are in order. To sort those of each default webhook would cost it for nothing.
    const headers = typeAndPlace(content_type, delivery);
    if (secret_token !== '')
      headers.push(['X-Hub-Signature', sign(delivery.payload, secret_token)]);
    return { url, headers, body: delivery.payload };
  }
  const { format } = settings;
  const content = contentOf(format, delivery, { contentType: content_type, start });
  const { body } = content;
  const concealed = concealedHeaders(settings);
  const signing = { secret_token, request: settings };
  const signatures = signatureHeaders(signing, { ...delivery, body }, start);
  const trace = settings.propagate_trace ? traceHeaders(start.traceContext) : [];
  const plain = [...typeAndPlace(content.contentType, delivery), ...content.headers, ...trace];
  const headers = [...plain, ...signatures, ...concealed].toSorted(byName);
  const request: WebhookRequest = { url, headers, body };
  if (format === 'cloudevents_structured') request.isWrapped = true;
  if (concealed.length > 0) request.concealed = concealed.map(([name]) => name.toLowerCase());
  return request;
}

function contentOf(
  format: Format,
  delivery: Sent,
  { contentType, start }: { contentType: string; start: Start },
): Content {
  if (format === 'raw') return { contentType, headers: [], body: delivery.payload };
  return cloudEventOf(format, delivery, { contentType, source: start.eventSource });
}

function typeAndPlace(contentType: string, { sequence }: Sent): Header[] {
  const headers: Header[] = [['Content-Type', contentType]];
  if (sequence !== null) headers.push(['webhook-sequence', String(sequence)]);
  return headers;
}

function byName([one]: Header, [other]: Header): number {
  return one.toLowerCase() < other.toLowerCase() ? -1 : 1;
}
