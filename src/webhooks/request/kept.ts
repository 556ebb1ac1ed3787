import { AUTH_MEMBERS, memberOf, type Auth } from './auth/auth.ts';
import { isMask } from './mask.ts';

/** Each header that is the mask has the value that it had before, however its name was written. */
export function withKeptValues(
  given: Record<string, string>,
  before: Record<string, string> = {},
): Record<string, string> {
  const values = new Map(
    Object.entries(before).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const headers = Object.entries(given).map(([name, value]) => {
    const kept = isMask(value) ? values.get(name.toLowerCase()) : undefined;
    return [name, kept ?? value];
  });
  return Object.fromEntries(headers) as Record<string, string>;
}

/** A secret that is the mask has the value that it had before, unless the type is another now. */
export function withKeptSecret(given: Auth, before: Auth | null = null): Auth {
  const { secret } = AUTH_MEMBERS[given.type];
  if (before?.type !== given.type || !isMask(memberOf(given, secret))) return given;
  return { ...given, [secret]: memberOf(before, secret) };
}
