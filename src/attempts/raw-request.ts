import { MAX_SHORT_BYTES } from '../database/long-text.ts';
import { payloadSql } from '../deliveries/payload.ts';

/**
 * `raw_request` repeated the payload of the delivery in each of its attempts, which was most of
 * what an attempt wrote. Now it ends at its first empty line, and the payload comes behind it where
 * it is read. Version 2.1 and the Go program stored both, and such a text stays as it is: it goes
 * on behind its first empty line, unless its payload is empty, and then that of the delivery is
 * too.
 */

/** In JavaScript, and as PostgreSQL reads it. */
const EMPTY_LINE = { text: '\r\n\r\n', sql: String.raw`E'\r\n\r\n'` };

/**
 * Whether a text is a head, which ends at its first empty line. A long text is none, whatever is in
 * it, so that no list has to read it to know.
 */
export function isHead(text: string): boolean {
  return (
    text.indexOf(EMPTY_LINE.text) === text.length - EMPTY_LINE.text.length &&
    Buffer.byteLength(text) <= MAX_SHORT_BYTES
  );
}

/** The same in SQL, of a row `attempt`. */
const IS_HEAD = `octet_length(attempt.raw_request) <= ${MAX_SHORT_BYTES}
  and substr(attempt.raw_request, strpos(attempt.raw_request, ${EMPTY_LINE.sql}))
    = ${EMPTY_LINE.sql}`;

/**
 * A subquery is one look at the primary key for each row that is shown. A join would be planned by
 * statistics, and might read the whole table for a page of a thousand.
 */
const ofDelivery = (value: string): string =>
  `(select ${value} from deliveries d where d.id = attempt.delivery_id)`;

/** The whole request of a row `attempt`, in SQL. */
export const RAW_REQUEST = `case when ${IS_HEAD}
  then attempt.raw_request || coalesce(${ofDelivery(payloadSql('d'))}, '')
  else attempt.raw_request end`;

/** How many bytes that has. They are known without reading a long text. */
export const RAW_REQUEST_BYTES = `octet_length(attempt.raw_request) + case when ${IS_HEAD}
  then coalesce(${ofDelivery(payloadSql('d', (text) => `octet_length(${text})`))}, 0) else 0 end`;

const shortWith = (payload: string) => `case
  when octet_length(attempt.raw_request) + octet_length(${payload}) <= ${MAX_SHORT_BYTES}
  then attempt.raw_request || ${payload} end`;

/** The same as `RAW_REQUEST`, or null where it is longer than `shortText` allows. */
export const SHORT_RAW_REQUEST = `case
  when octet_length(attempt.raw_request) > ${MAX_SHORT_BYTES} then null
  when ${IS_HEAD} then ${ofDelivery(payloadSql('d', shortWith))}
  else attempt.raw_request end`;
