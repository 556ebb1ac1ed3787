import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  processClientCredentialsResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { OAuth2 } from '../../webhooks/request/auth/auth.ts';
import type { Exchange, Sender, SendLimits } from '../send.ts';
import {
  noTokenIn,
  refused,
  Unanswered,
  unanswered,
  withoutIdToken,
  type NoToken,
} from './token-answer.ts';

/** Where the client shows its secret (RFC 6749, section 2.3.1). */
export type SecretIn = 'header' | 'body';

/** `lifeSeconds` is undefined where the endpoint does not tell it. */
export type NewToken = {
  kind: 'token';
  value: string;
  lifeSeconds: number | undefined;
  secretIn: SecretIn;
};

/** `limits` bound both requests, where there are two. */
type Asking = { sender: Sender; limits: SendLimits; oauth2: OAuth2 };

/** A signed token with many claims takes some KiB. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** RFC 6749, appendix A.12, without the space, which would end it in a header. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Fetches a token by client credentials (RFC 6749, section 4.4). Every server has to take the
 * secret in a header, but some look for it in the body alone. Where the endpoint does not know the
 * client the other place is tried, once. `first` is the one to begin with.
 */
export async function requestToken(asking: Asking, first: SecretIn): Promise<NewToken | NoToken> {
  const startedAt = performance.now();
  const answer = await ask(asking, first);
  if (!isUnknownClient(answer)) return answer;
  const limits = { ...asking.limits, spentMs: performance.now() - startedAt };
  const other = await ask({ ...asking, limits }, first === 'header' ? 'body' : 'header');
  return isUnknownClient(other) ? answer : other;
}

function isUnknownClient(answer: NewToken | NoToken): boolean {
  return answer.kind === 'failure' && answer.unknownClient === true;
}

async function ask(asking: Asking, secretIn: SecretIn): Promise<NewToken | NoToken> {
  try {
    const { token_type, access_token, expires_in } = await askByLibrary(asking, secretIn);
    if (token_type !== 'bearer') return refused('its token is not of the type Bearer');
    if (!TOKEN.test(access_token))
      return refused('its token has characters that no token may have');
    return { kind: 'token', value: access_token, lifeSeconds: expires_in, secretIn };
  } catch (error) {
    return noTokenIn(error, asking.oauth2.client_secret);
  }
}

async function askByLibrary(asking: Asking, secretIn: SecretIn): Promise<TokenEndpointResponse> {
  const { token_url: url, client_id, client_secret, scope, audience } = asking.oauth2;
  const server = { issuer: url, token_endpoint: url };
  const client = { client_id };
  const prove = (secretIn === 'header' ? ClientSecretBasic : ClientSecretPost)(client_secret);
  const parameters = { ...(scope && { scope }), ...(audience && { audience }) };
  const response = await clientCredentialsGrantRequest(server, client, prove, parameters, {
    // The sender knows where it may connect. Inside of a network http is usual.
    [allowInsecureRequests]: true,
    [customFetch]: (_url, { headers, body }) => fetchBySender(asking, { headers, body }),
  });
  return processClientCredentialsResponse(server, client, response);
}

async function fetchBySender(
  { sender, limits, oauth2 }: Asking,
  { headers, body }: { headers: Record<string, string>; body: unknown },
): Promise<Response> {
  // The sender has a user agent of its own.
  const { 'user-agent': _unused, ...others } = headers;
  const request = {
    url: oauth2.token_url,
    headers: Object.entries(others),
    body: String(body),
  };
  return responseOf(await sender.send(request, { ...limits, bodyLimitBytes: BODY_LIMIT_BYTES }));
}

/**
 * What the library reads: a token, or an error of RFC 6749, section 5.2. Whatever the endpoint
 * calls it, it is read as JSON.
 * @throws Unanswered where it is neither
 */
function responseOf(exchange: Exchange): Response {
  if (exchange.kind !== 'response') throw new Unanswered(unanswered(exchange));
  const { status, body, bodyCut } = exchange;
  if (bodyCut) throw new Unanswered(refused('its answer is longer than 64 KiB'));
  if (status !== 200 && (status < 400 || status > 499))
    throw new Unanswered(refused(`it answered with status ${status}`));
  const headers = { 'content-type': 'application/json' };
  return new Response(withoutIdToken(body), { status, headers });
}
