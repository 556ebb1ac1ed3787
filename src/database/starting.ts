import { DatabaseError } from 'pg';

/**
 * What a connection meets while a server or its network starts: no name, no port, or a proxy with
 * no server behind it.
 */
const ABSENT_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH'],
]);
const ABSENT_MESSAGES = /^(Connection terminated unexpectedly|timeout expired)/;

/** PostgreSQL is shutting down, recovering from a crash, or starting. */
const NOT_SERVING = /^57P0[123]$/;

/**
 * True where a connection could not be opened for a reason that occurs while the database starts.
 * False for faults that somebody has to correct, such as a wrong password or a database that does
 * not exist.
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
