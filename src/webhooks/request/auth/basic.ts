import type { Basic } from './auth.ts';

/** Why RFC 7617, section 2 cannot write this user and password; undefined: it can. */
export function basicFault({ username, password }: Basic): string | undefined {
  if (username.includes(':')) return 'auth.username: must not have a colon, which ends it';
  if (/\p{Cc}/u.test(username)) return 'auth.username: must not have control characters';
  if (/\p{Cc}/u.test(password)) return 'auth.password: must not have control characters';
  return undefined;
}

/** The value of `Authorization`, with user and password as UTF-8. */
export function basicAuthorization({ username, password }: Basic): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
