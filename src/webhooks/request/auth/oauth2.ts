import { whyRefused } from '../../webhook-url.ts';
import type { OAuth2 } from './auth.ts';

/** RFC 6749, section 3.3. */
const SCOPE = /^[!#-[\]-~]+( [!#-[\]-~]+)*$/;

/** Why no token can be fetched so, by what RFC 6749 says of each member; undefined: it can. */
export function oauth2Fault(auth: OAuth2): string | undefined {
  const urlFault = tokenUrlFault(auth.token_url);
  if (urlFault !== undefined) return `auth.token_url: ${urlFault}`;
  const empty = (['client_id', 'client_secret', 'audience'] as const).find(
    (name) => auth[name] === '',
  );
  if (empty !== undefined) return `auth.${empty}: must not be empty`;
  return auth.scope === undefined || SCOPE.test(auth.scope)
    ? undefined
    : 'auth.scope: must be words of printable ASCII without " and \\, with one space between them';
}

function tokenUrlFault(url: string): string | undefined {
  const fault = whyRefused(url);
  if (fault !== undefined) return fault;
  if (url.includes('#')) return 'must not have a fragment (RFC 6749, section 3.2)';
  const { username, password } = new URL(url);
  return username + password === ''
    ? undefined
    : 'must not have a user or a password: they are client_id and client_secret';
}
