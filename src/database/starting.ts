import { DatabaseError } from 'pg';

/** While a server or its network starts: no name, no port, or a proxy with nothing behind it. */
const ABSENT_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH'],
]);
const ABSENT_MESSAGES = /^(Connection terminated unexpectedly|timeout expired)/;

/** Shutting down, after a crash, or starting. */
const NOT_SERVING = /^57P0[123]$/;

/**
 * True where a connection that was to be opened failed as it does while the database starts. What
 * somebody has to set right, such as a wrong password or a database that does not exist, is none of
 * it.
 */
export function mayBeStarting(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(mayBeStarting);
  if (error instanceof DatabaseError) return NOT_SERVING.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (ABSENT_CODES.has(code) || ABSENT_MESSAGES.test(error.message)) return true;
  // A socket file appears when the server starts; any other file that is missing was named wrongly.
  return code === 'ENOENT' && syscall === 'connect';
}
