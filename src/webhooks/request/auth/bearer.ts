import type { Bearer } from './auth.ts';

/** `b64token` of RFC 6750, section 2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Why `Authorization` cannot carry this token; undefined: it can. */
export function bearerFault({ token }: Bearer): string | undefined {
  return TOKEN.test(token)
    ? undefined
    : 'auth.token: must be letters, digits and - . _ ~ + /, with = at its end alone';
}

/** The value of `Authorization`. */
export function bearerAuthorization({ token }: Bearer): string {
  return `Bearer ${token}`;
}
