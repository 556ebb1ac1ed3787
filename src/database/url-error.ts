/**
 * A database URL that cannot be used. The message goes on after the name of the setting, and holds
 * nothing of the URL that may be a password.
 */
export class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError';
}

/** How a URL is written, after a subject. */
export const SHAPE =
  'must be a URL like postgres://user:password@host:5432/database (in user, password and ' +
  'database write % as %25, @ as %40, / as %2F, ? as %3F, # as %23 and a colon as %3A)';
