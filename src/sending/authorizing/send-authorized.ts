import type { SendingWebhook } from '../../webhooks/webhook.ts';
import type { WebhookRequest } from '../request.ts';
import type { Exchange, Sender, SendLimits } from '../send.ts';
import type { NoToken } from './token-answer.ts';
import type { AccessTokens, Token } from './access-tokens.ts';

export type AuthorizedMeans = { sender: Sender; accessTokens: Pick<AccessTokens, 'get'> };

/** For whom a request is, as far as it decides how the request is authorized. */
export type Authorized = Pick<SendingWebhook, 'id' | 'request' | 'valid_status_codes'>;

/** What was sent at last, undefined where nothing was, and what came of the attempt. */
export type AuthorizedSend = { request: WebhookRequest | undefined; exchange: Exchange };

/**
 * Sends a request with the certificate or the token that its webhook asks for. A receiver that
 * answers 401 to a token gets the request once more, with another one, unless the webhook calls 401
 * a success. Everything together has the time that the limits give. Without a token nothing is
 * sent, and the exchange says why.
 */
export async function sendAuthorized(
  { sender, accessTokens }: AuthorizedMeans,
  { request, webhook }: { request: WebhookRequest; webhook: Authorized },
  limits: SendLimits,
): Promise<AuthorizedSend> {
  const auth = webhook.request?.auth;
  if (auth?.type !== 'oauth2_client_credentials') {
    const exchange = await sender.send(asClient(request, webhook), limits);
    return { request, exchange };
  }
  const startedAt = performance.now();
  const left = () => ({ ...limits, spentMs: performance.now() - startedAt });

  const token = await accessTokens.get(auth, left());
  if (token.kind !== 'token') return { request: undefined, exchange: without(token, left()) };
  const first = withToken(request, token);
  const exchange = await sender.send(first, left());
  if (!isUnauthorized(exchange, webhook)) return { request: first, exchange };

  const another = await accessTokens.get(auth, left(), token);
  if (another.kind !== 'token') return { request: first, exchange: without(another, left()) };
  const second = withToken(request, another);
  // The attempt has begun long ago.
  return {
    request: second,
    exchange: await sender.send(second, { ...left(), mayBegin: undefined }),
  };
}

/**
 * The request as it is sent with a token, in alphabetical order (RFC 6750, section 2.1). Nobody is
 * shown the token.
 */
export function withToken(request: WebhookRequest, { value }: Token): WebhookRequest {
  const { headers, concealed = [] } = request;
  const after = headers.findIndex(([name]) => name.toLowerCase() > 'authorization');
  const place = after < 0 ? headers.length : after;
  return {
    ...request,
    headers: headers.toSpliced(place, 0, ['Authorization', `Bearer ${value}`]),
    concealed: [...concealed, 'authorization'],
  };
}

/** The request over connections of the webhook's own, where it shows a certificate. */
function asClient(request: WebhookRequest, { id, request: settings }: Authorized): WebhookRequest {
  const auth = settings?.auth;
  if (auth?.type !== 'mtls') return request;
  const { certificate, private_key: privateKey, ca } = auth;
  return { ...request, client: { webhookId: id, certificate, privateKey, ca } };
}

function isUnauthorized(exchange: Exchange, { valid_status_codes: valid }: Authorized): boolean {
  return exchange.kind === 'response' && exchange.status === 401 && !valid.includes(401);
}

function without(noToken: NoToken, { spentMs }: { spentMs: number }): Exchange {
  if (noToken.kind !== 'failure') return noToken;
  const { kind, reason, message } = noToken;
  return { kind, reason, message, durationMs: Math.round(spentMs) };
}
