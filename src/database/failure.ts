import { DatabaseError } from 'pg';

/** No connection could be had. Whatever the reason is, it lies in the database or on the way to it, never in what is asked. */
export class DatabaseUnreachable extends Error {
  override name = 'DatabaseUnreachable';

  constructor(cause: unknown) {
    const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
    super(first instanceof Error ? first.message : String(first), { cause });
  }
}

/**
 * Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) that speak of the values: data exception,
 * integrity constraint violation, program limit exceeded.
 */
const DATA_CLASS = /^(22|23|54)/;

/** After these the same transaction may succeed at once. */
const CONFLICTS = new Set(['40001', '40P01', '55P03']);

/** The server goes away, is a replica, or does not know us any more: a new connection may lead elsewhere. */
const SPOILED_CONNECTION = /^(08|28|57P0)|^25006$/;

/** Of sockets and of this machine, where a connection that was open fails. */
const PASSING_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EPROTO', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'],
]);
const PASSING_CODE = /^(EAI_|ERR_SSL_|ERR_TLS_|CERT_)/;

/** pg and pg-pool report these without a code. */
const CONNECTION_MESSAGES = new RegExp(
  `^(${[
    ...['Connection terminated', 'Connection ended', 'timeout exceeded when trying to connect', 'timeout expired'],
    ...['Query read timeout', 'Client has encountered a connection error', 'Client was closed'],
    ...['The server does not support SSL', 'There was an error establishing an SSL connection'],
  ].join('|')})`,
);

/**
 * True where the fault lies in the database or on the way to it, so that the same transaction may succeed later: everything that
 * PostgreSQL says but a refusal of the values, and everything that keeps us from it.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  if (error instanceof DatabaseError) return !DATA_CLASS.test(error.code ?? '');
  if (error instanceof DatabaseUnreachable) return true;
  return error instanceof Error && (hasPassingCode(error) || CONNECTION_MESSAGES.test(error.message));
}

/** True where a statement may have taken too long: PostgreSQL ended it (57014), or we gave up waiting for its answer. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DatabaseError ? error.code === '57014' : isTransient(error);
}

/** True where a transaction lost against another one (deadlock, serialization, lock timeout) and may be tried again at once. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && CONFLICTS.has(error.code ?? '');
}

/** True where the connection that gave this answer should not be used again. */
export function spoilsConnection({ code = '' }: DatabaseError): boolean {
  return SPOILED_CONNECTION.test(code);
}

function hasPassingCode(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return PASSING_CODES.has(code) || PASSING_CODE.test(code);
}
