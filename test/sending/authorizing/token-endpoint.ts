import type { ServerResponse } from 'node:http';
import type { OAuth2 } from '../../../src/webhooks/request/auth/auth.ts';
import type { Cleanup } from '../../setup/last-first.ts';
import { startReceiver, type Received } from '../../setup/receiver.ts';

/** What it makes of a request for a token: the answer's status and body. */
type Reply = { status?: number; body?: unknown; headers?: Record<string, string> };

/** Undefined: it never answers. */
type Rule = (request: Received, number: number) => Reply | undefined | Promise<Reply>;

/** The first token is `token-1`, and each lives for an hour. */
const GIVING: Rule = (_request, number) => ({
  body: { access_token: `token-${number}`, token_type: 'Bearer', expires_in: 3600 },
});

/** A real token endpoint, which keeps every request. */
export async function startTokenEndpoint(t: Cleanup, rule: Rule = GIVING) {
  let current = rule;
  const answer = async (request: Received, response: ServerResponse, number: number) => {
    const reply = await current(request, number);
    if (reply === undefined) return;
    const { status = 200, body, headers = {} } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const { url, received, count } = await startReceiver(t, (...all) => void answer(...all));
  const oauth2 = {
    type: 'oauth2_client_credentials',
    token_url: `${url}/token`,
    client_id: 'post:mand',
    client_secret: 's3cret +%ü',
  } as const satisfies OAuth2;
  return { oauth2, received, count, replyWith: (next: Rule) => (current = next), giving: GIVING };
}

/** The client and its secret as `Authorization: Basic` has them (RFC 6749, section 2.3.1). */
export function clientIn({ headers }: Received): string[] {
  const [, encoded = ''] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
  const form = Buffer.from(encoded, 'base64').toString().replaceAll('+', ' ');
  return form.split(':').map(decodeURIComponent);
}
