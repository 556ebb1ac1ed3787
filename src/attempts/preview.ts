import { randomUUID } from 'node:crypto';
import { withToken } from '../sending/authorizing/send-authorized.ts';
import { buildRequest } from '../sending/request.ts';
import type { SendingWebhook } from '../webhooks/webhook.ts';
import { shownHeaders } from './transcript.ts';

/** Of an event what its requests are made of. */
type Previewed = {
  type: string;
  payload: string;
  orderingKey?: string | undefined;
  traceContext?: string | undefined;
};

/** A request as people see it: what is secret in its headers is masked. */
type Preview = {
  method: 'POST';
  url: string;
  headers: { name: string; value: string }[];
  body: string;
};

/** The first place of its ordering key. */
const FIRST = 1;

/** Nothing is fetched, and the value is masked. */
const NO_TOKEN = { kind: 'token', value: '' } as const;

/**
 * The request that a webhook would get now of an event: with an id for the example, and signed as
 * if it were sent. Nothing is stored, and nothing is sent.
 */
export function previewOf(
  webhook: SendingWebhook,
  { type, payload, orderingKey, traceContext }: Previewed,
  eventSource: string,
): Preview {
  const nowMs = Date.now();
  const order =
    orderingKey === undefined
      ? { ordering_key: null, sequence: null }
      : { ordering_key: orderingKey, sequence: FIRST };
  const event = { id: randomUUID(), type, created_at: new Date(nowMs).toISOString() };
  const atSeconds = Math.floor(nowMs / 1000);
  const start = { atSeconds, sinceReadMs: 0, eventSource, traceContext };
  const built = buildRequest(webhook, { id: randomUUID(), payload, ...order, event }, start);
  const needsToken = webhook.request?.auth?.type === 'oauth2_client_credentials';
  const request = needsToken ? withToken(built, NO_TOKEN) : built;
  const headers = shownHeaders(request).map(([name, value]) => ({ name, value }));
  return { method: 'POST', url: request.url, headers, body: request.body };
}
