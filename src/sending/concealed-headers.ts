import type { Auth } from '../webhooks/request/auth/auth.ts';
import { basicAuthorization } from '../webhooks/request/auth/basic.ts';
import { bearerAuthorization } from '../webhooks/request/auth/bearer.ts';
import type { RequestSettings } from '../webhooks/request/request-settings.ts';
import type { Header } from './sent.ts';

/**
 * The headers of a request whose values are secret, in no order: those that the owner of the
 * webhook gave, and what proves who sends it. They are kept as they are judged when they are set,
 * so that no two have the same name.
 */
export function concealedHeaders({ headers, auth }: RequestSettings): Header[] {
  const given = Object.entries(headers);
  const authorization = auth === null ? undefined : authorizationOf(auth);
  return authorization === undefined ? given : [...given, ['Authorization', authorization]];
}

/** Undefined: it is not known before the send, or the connection proves who sends. */
function authorizationOf(auth: Auth): string | undefined {
  switch (auth.type) {
    case 'basic':
      return basicAuthorization(auth);
    case 'bearer':
      return bearerAuthorization(auth);
    case 'oauth2_client_credentials':
    case 'mtls':
      return undefined;
  }
}
