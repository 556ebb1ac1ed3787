import type { Webhook } from '../webhook.ts';
import { AUTH_MEMBERS, memberOf, type Auth } from './auth/auth.ts';
import { MASK } from './mask.ts';
import { certificateFacts } from './auth/mtls.ts';

/**
 * A webhook as it may be shown: of its headers and of what is secret in `auth` it tells only that
 * they are set.
 */
export type MaskedWebhook = Omit<Webhook, 'headers' | 'auth'> & {
  headers: Record<string, typeof MASK>;
  auth: ShownAuth | null;
};

type ShownAuth = { type: Auth['type'] } & Partial<Record<string, string>>;

export function masked(webhook: Webhook): MaskedWebhook {
  return {
    ...webhook,
    headers: Object.fromEntries(Object.keys(webhook.headers).map((name) => [name, MASK])),
    auth: webhook.auth && maskedAuth(webhook.auth),
  };
}

/** In the order of `AUTH_MEMBERS`: PostgreSQL has another. */
function maskedAuth(auth: Auth): ShownAuth {
  const { required, optional, secret } = AUTH_MEMBERS[auth.type];
  const members = [...required, ...optional].flatMap((name) => {
    const value = memberOf(auth, name);
    return typeof value === 'string' ? [[name, name === secret ? MASK : value] as const] : [];
  });
  const facts = auth.type === 'mtls' ? certificateFacts(auth.certificate) : {};
  return { type: auth.type, ...Object.fromEntries(members), ...facts };
}
