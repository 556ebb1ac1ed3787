import { createHash } from 'node:crypto';
import type { Place } from '../database/page.ts';
import { FORMATS } from './middleware/formats.ts';
import { utcTime } from './time.ts';

/** A list as a client asks for it: its operation and its filters, in any form that JSON has. */
export type AskedList = { operation: string; filters: unknown };

/** What a list is ordered by. */
export type Order = 'date-time' | 'text';

const VERSION = 1;
const HASH_BYTES = 6;

/** Characters of an id. */
const ID_LENGTH = 36;

/**
 * The place of an item as an opaque text for one list. A byte of version, a hash of the list, the
 * id and what the list is ordered by, and a hash of all before it; base64url (RFC 4648, section 5).
 * Nothing in it is secret: the hashes find mistakes, they keep nobody from making a cursor. JSON
 * would write a control character in six, and the cursor of a long name would be refused.
 */
export function encodeCursor(list: AskedList, { at, id }: Place): string {
  const content = Buffer.concat([
    Buffer.of(VERSION),
    hash(JSON.stringify(list)),
    Buffer.from(id + at),
  ]);
  return Buffer.concat([content, hash(content)]).toString('base64url');
}

/** The place of a cursor, or why it has none in this list. Any text may come. */
export function decodeCursor(
  list: AskedList,
  order: Order,
  cursor: string,
): { place: Place } | { fault: string } {
  const damaged = { fault: 'is no cursor that this server gave; leave it out to begin anew' };
  const bytes = Buffer.from(cursor, 'base64url');
  const content = bytes.subarray(0, -HASH_BYTES);
  if (bytes.toString('base64url') !== cursor || !hash(content).equals(bytes.subarray(-HASH_BYTES)))
    return damaged;
  if (content[0] !== VERSION) return damaged;
  if (!hash(JSON.stringify(list)).equals(content.subarray(1, 1 + HASH_BYTES)))
    return { fault: 'is of another list or of other filters; leave it out to begin anew' };
  const place = placeOf(content.subarray(1 + HASH_BYTES).toString(), order);
  return place === undefined ? damaged : { place };
}

/**
 * Somebody who knows the form can put anything into it, also a time that PostgreSQL would refuse,
 * as one of the year 0.
 */
function placeOf(text: string, order: Order): Place | undefined {
  const [id, at] = [text.slice(0, ID_LENGTH), text.slice(ID_LENGTH)];
  if (FORMATS[order]?.(at) !== true || FORMATS['uuid']?.(id) !== true) return undefined;
  return { at: order === 'date-time' ? utcTime(at, 'down') : at, id };
}

function hash(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest().subarray(0, HASH_BYTES);
}
