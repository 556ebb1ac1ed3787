import { AUTH_MEMBERS, memberOf, type Auth } from './auth.ts';
import { basicFault } from './basic.ts';
import { bearerFault } from './bearer.ts';
import { isMask, NOTHING_KEPT } from '../mask.ts';
import { mtlsFault } from './mtls.ts';
import { oauth2Fault } from './oauth2.ts';

type Settings = { auth: Auth | null; url: string };

/**
 * Why requests cannot authenticate themselves this way, to be read by itself; undefined: they can.
 * No value is in it. `before`: what the webhook has.
 */
export function authFault(settings: Settings, before?: Partial<Settings>): string | undefined {
  const { auth } = settings;
  if (auth === null) return undefined;
  return membersFault(auth) ?? typeFault(auth, settings, before);
}

/** Each type has members of its own, and no others. */
function membersFault(auth: Auth): string | undefined {
  const { required, optional, secret } = AUTH_MEMBERS[auth.type];
  const own = new Set<string>(['type', ...required, ...optional]);
  const other = Object.keys(auth).find((name) => !own.has(name));
  if (other !== undefined) return `auth.${other}: does not belong to auth.type ${auth.type}`;
  const missing = required.find((name) => memberOf(auth, name) === undefined);
  if (missing !== undefined) return `auth.${missing}: is required where auth.type is ${auth.type}`;
  return isMask(memberOf(auth, secret)) ? `auth.${secret}: ${NOTHING_KEPT}` : undefined;
}

function typeFault(
  auth: Auth,
  { url }: Settings,
  { auth: had }: Partial<Settings> = {},
): string | undefined {
  switch (auth.type) {
    case 'basic':
      return basicFault(auth);
    case 'bearer':
      return bearerFault(auth);
    case 'oauth2_client_credentials':
      return oauth2Fault(auth);
    case 'mtls':
      return mtlsFault(auth, { url, before: had?.type === 'mtls' ? had.certificate : undefined });
  }
}
