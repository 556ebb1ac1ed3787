import {
  idempotentRequest,
  type Creation,
  type IdempotentRequest,
} from '../deliveries/idempotency/request.ts';
import { BadRequest } from './problem.ts';

/** The header of an answer that repeats what an earlier request with its key has done. */
export const REPLAYED = { 'Idempotency-Replayed': 'true' } as const;

/**
 * The request of an operation that creates `drafts`, where it has an Idempotency-Key.
 * `rawHeaders` are as Node.js has them. @throws BadRequest where the key is malformed
 */
export function requestOf(
  rawHeaders: readonly string[],
  operation: Creation,
  drafts: Parameters<typeof idempotentRequest>[2],
): IdempotentRequest | undefined {
  const key = idempotencyKeyOf(
    rawHeaders.filter((_value, i) => i % 2 === 1 && isName(rawHeaders[i - 1] ?? '')),
  );
  return key === undefined ? undefined : idempotentRequest(key, operation, drafts);
}

const isName = (header: string) => header.toLowerCase() === 'idempotency-key';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** A string of RFC 9651, section 3.3.3. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), from the values of all
 * headers of that name. In double quotes it is a string of RFC 9651; without them, it is what it
 * is. @returns the key; undefined without the header. @throws BadRequest where it is none
 */
export function idempotencyKeyOf(values: readonly string[]): string | undefined {
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1) throw refused('must be there only once');
  const key = value.startsWith('"') ? unquoted(value) : value;
  if (!PRINTABLE.test(key)) throw refused('must be 1 to 255 printable ASCII characters');
  return key;
}

function unquoted(value: string): string {
  const text = QUOTED.exec(value)?.[1];
  if (text === undefined)
    throw refused(
      'must end with the quote that it begins with, with \\" and \\\\ for " and \\ in it',
    );
  return text.replaceAll(/\\(["\\])/g, '$1');
}

function refused(why: string): BadRequest {
  return new BadRequest('invalid', `Idempotency-Key: ${why}`);
}
