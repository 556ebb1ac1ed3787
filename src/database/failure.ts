import { DatabaseError } from 'pg';

/** SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) after which the same transaction may succeed. */
const CONFLICTS = new Set(['40001', '40P01', '55P03']);
const UNAVAILABLE = new Set(['53300', '57P01', '57P02', '57P03', '57014', '25006', '25P03']);
const UNAVAILABLE_CLASS = /^(08|53|58)/;

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** pg and pg-pool report these without a code. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Connection ended|timeout expired)/;

/** True where the database cannot be reached or cannot answer now, whatever was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (error instanceof DatabaseError) return UNAVAILABLE.has(error.code ?? '') || UNAVAILABLE_CLASS.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  return ('code' in error && NETWORK.has(String(error.code))) || CONNECTION_MESSAGES.test(error.message);
}

/** True where a transaction lost against another one (deadlock, serialization, lock timeout) and may be tried again. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && CONFLICTS.has(error.code ?? '');
}

/** True where trying the same transaction again may help: an idempotent one may simply be repeated. */
export function isTransient(error: unknown): boolean {
  return isConflict(error) || isDatabaseUnavailable(error);
}
