import { DatabaseError } from 'pg';

/**
 * No connection could be opened. Whatever the reason is, it lies in the database or in the network,
 * never in the statement.
 */
export class DatabaseUnreachable extends Error {
  override name = 'DatabaseUnreachable';

  constructor(cause: unknown) {
    const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
    super(first instanceof Error ? first.message : String(first), { cause });
  }
}

/**
 * What an answer of PostgreSQL tells, by its SQLSTATE. All but `data` pass.
 * - data: the values are refused, and would be again.
 * - conflict: lost against another transaction; the same one may succeed at once.
 * - lost: the session is over, or as good as over.
 * - outdated: what is prepared in the session is gone, and may be gone in all that are as old.
 * - read_only: the server may not be written. After a failover a new connection leads elsewhere.
 * - passing: anything else. Somebody sets it right, and the connection is not to blame. Rights and
 * names are looked up for each statement, and every session of a process has the same search_path.
 */
type Meaning = 'data' | 'conflict' | 'lost' | 'outdated' | 'read_only' | 'passing';

/**
 * By code, or by class where the code is not listed. A code that is listed in neither way is
 * `passing`.
 */
const MEANINGS: Record<string, Meaning> = {
  '08': 'lost', // connection exception
  '22': 'data', // data exception
  '23': 'data', // integrity constraint violation
  '25': 'passing', // invalid transaction state
  '25006': 'read_only', // read-only transaction
  '25P03': 'lost', // idle in transaction for too long
  '25P04': 'lost', // transaction for too long
  '26': 'outdated', // invalid statement name: a pooler lost what was prepared
  '28': 'lost', // invalid authorization
  '3D': 'lost', // invalid catalog: no such database
  '3F': 'passing', // invalid schema
  '40001': 'conflict', // serialization failure
  '40P01': 'conflict', // deadlock
  '42P05': 'outdated', // duplicate prepared statement: a pooler mixed up what was prepared
  '42': 'passing', // access rule violation, and what is not found by its name
  '44': 'data', // WITH CHECK OPTION violation
  '53': 'passing', // insufficient resources
  '54': 'data', // program limit exceeded
  '55': 'passing', // not in the state that is needed
  '55P03': 'conflict', // lock not available
  '57': 'passing', // operator intervention: a statement was cancelled
  '57P01': 'lost', // ended by an administrator
  '57P02': 'lost', // ended by a crash
  '57P03': 'lost', // cannot connect now
  '57P04': 'lost', // the database was dropped
  '57P05': 'lost', // idle for too long
  '58': 'passing', // system error
};

/**
 * Unique indexes whose violation says that another transaction was quicker: two deliveries became
 * the head of an ordering key at the same time.
 */
const RACES = new Set(['deliveries_head']);

/**
 * Where PostgreSQL says that a table has changed since a statement was prepared. It has no code of
 * its own for that, and the message may be in any language.
 */
const CHANGED_RESULT = 'RevalidateCachedQuery';

const SPOILING = new Set<Meaning>(['lost', 'outdated', 'read_only']);

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function meaningOf({ code = '', constraint = '', routine }: DatabaseError): Meaning {
  if (routine === CHANGED_RESULT) return 'outdated';
  if (code === '23505' && RACES.has(constraint)) return 'conflict';
  return MEANINGS[code] ?? MEANINGS[code.slice(0, 2)] ?? 'passing';
}

/** Codes of sockets and of this machine for the failure of a connection that was open. */
const PASSING_CODES = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'EPROTO',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
  ],
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'],
  // Codes of Node.js: something was written after the other side had ended the connection, and
  // before we noticed that.
  ...['ERR_SOCKET_CLOSED', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
]);
const PASSING_CODE = /^(EAI_|ERR_SSL_|ERR_TLS_|CERT_)/;

/** The messages of pg and pg-pool, without a code, for a connection that is gone. */
const LOST_MESSAGES = startsWith([
  ...['Connection terminated', 'Connection ended', 'Client has encountered a connection error'],
  ...['Client was closed', 'Received unexpected'],
]);

/** Their messages for a connection that cannot be opened or does not answer. */
const WAIT_MESSAGES = startsWith([
  ...['timeout exceeded when trying to connect', 'timeout expired', 'Query read timeout'],
  ...['The server does not support SSL', 'There was an error establishing an SSL connection'],
]);

/**
 * True where the fault lies in the database or in the network, so that the same transaction may
 * succeed later. That is every error of PostgreSQL that does not refuse the values, and everything
 * that keeps us from reaching it.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  if (error instanceof DatabaseError) return meaningOf(error) !== 'data';
  if (error instanceof DatabaseUnreachable) return true;
  return error instanceof Error && (isOfLostConnection(error) || WAIT_MESSAGES.test(error.message));
}

/**
 * True where a statement may have taken too long: PostgreSQL ended it (57014), or we gave up
 * waiting for its answer.
 */
export function isTimeout(error: unknown): boolean {
  return error instanceof DatabaseError ? error.code === '57014' : isTransient(error);
}

/**
 * True where a transaction lost against another one (deadlock, serialization, lock timeout) and may
 * be tried again at once.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && meaningOf(error) === 'conflict';
}

/** True where the server that a connection leads to may not be written. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof DatabaseError && meaningOf(error) === 'read_only';
}

/** True where the role may not do what was asked. */
export function isForbidden(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '42501';
}

/** True where all connections that were opened earlier may have become useless in the same way. */
export function isOutdated(error: unknown): boolean {
  return error instanceof DatabaseError && meaningOf(error) === 'outdated';
}

/**
 * True where a session does not have the prepared statements that it was given: a pooler stands
 * between, which hands each transaction to another session.
 */
export function isNameLost(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '26000' || error.code === '42P05');
}

/** True where the connection that gave this answer, or broke with it, is not to be used again. */
export function spoilsConnection(error: unknown): boolean {
  if (error instanceof DatabaseError) return SPOILING.has(meaningOf(error));
  return error instanceof Error && isOfLostConnection(error);
}

function isOfLostConnection(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return PASSING_CODES.has(code) || PASSING_CODE.test(code) || LOST_MESSAGES.test(error.message);
}

function startsWith(beginnings: string[]): RegExp {
  return new RegExp(`^(${beginnings.join('|')})`);
}

/**
 * Classes of what befalls any transaction: rights and states, conflicts, resources, what is missing
 * or cancelled, and the system.
 */
const NOT_OF_A_ROW = /^(08|25|26|28|3D|3F|40|42|53|55|57|58)/;

/**
 * True where PostgreSQL's error may be the fault of the row that it met: of its values, of what a
 * trigger says to them, or as it is damaged. The next row may then have none.
 */
export function isOfRow(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || isConflict(error)) return false;
  return !NOT_OF_A_ROW.test(error.code ?? '');
}

/**
 * The SQLSTATE with which PostgreSQL refused a statement, 'unknown' where it told none; undefined
 * for an error that is not PostgreSQL's.
 */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? (error.code ?? 'unknown') : undefined;
}
