import type { Exchange } from '../sending/send.ts';

/** Statuses whose Retry-After speaks of the whole endpoint (RFC 9110, 15.6.4; RFC 6585, 4). */
const STATUSES = new Set([429, 503]);

/** `maxSeconds` bounds what an endpoint may ask for; `nowMs` counts where it has no usable Date. */
export type RetryAfterBounds = { maxSeconds: number; nowMs: number };

/**
 * The seconds, above 0, for which an answer asks to be left alone (Retry-After of RFC 9110, section
 * 10.2.3), at most `maxSeconds`. A date counts from the answer's own Date, so that the clock of the
 * endpoint need not be right. What is no such value, or lies in the past, asks for nothing; of
 * several values the longest counts.
 */
export function retryAfterSeconds(
  exchange: Exchange,
  { maxSeconds, nowMs }: RetryAfterBounds,
): number | undefined {
  if (exchange.kind !== 'response' || !STATUSES.has(exchange.status)) return undefined;
  const values = valuesOf(exchange.rawHeaders, 'retry-after');
  if (values.length === 0) return undefined;
  const sentMs = valuesOf(exchange.rawHeaders, 'date').map((one) => httpDateMs(one, nowMs));
  const fromMs = sentMs.find((ms) => ms !== undefined) ?? nowMs;
  const seconds = values.flatMap((value) => secondsFrom(value, fromMs) ?? []);
  const longest = Math.min(Math.max(0, ...seconds), maxSeconds);
  return longest > 0 ? longest : undefined;
}

function valuesOf(rawHeaders: string[], name: string): string[] {
  return rawHeaders.flatMap((header, i) =>
    i % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[i + 1]?.trim() ?? ''] : [],
  );
}

/** Any number of digits is a valid delay: a number that is too large is infinite here. */
function secondsFrom(value: string, fromMs: number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value);
  const ms = httpDateMs(value, fromMs);
  return ms === undefined ? undefined : (ms - fromMs) / 1000;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`;
const SHORT_DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';

/** The three forms of an HTTP-date (RFC 9110, section 5.6.7). */
const FORMS = [
  String.raw`${SHORT_DAY}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT`,
  String.raw`${LONG_DAY}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT`,
  String.raw`${SHORT_DAY} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** Milliseconds since 1970. `nowMs` says in which century a year of two digits is. */
function httpDateMs(text: string, nowMs: number): number | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((found) => found !== undefined);
  if (parts === undefined) return undefined;
  const { year = '', month = '', day = '', hour, minute, second } = parts;
  const monthIndex = MONTHS.indexOf(month);
  const fullYear = year.length === 2 ? inCentury(Number(year), nowMs) : Number(year);
  const midnight = new Date(0);
  midnight.setUTCFullYear(fullYear, monthIndex, Number(day));
  // February 30 would become March 1 or 2.
  if (midnight.getUTCMonth() !== monthIndex || midnight.getUTCDate() !== Number(day)) return;
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return midnight.getTime() + seconds * 1000;
}

/** A year that would be more than 50 years ahead is the last one in the past that ends so. */
function inCentury(year: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const inThis = thisYear - (thisYear % 100) + year;
  return inThis > thisYear + 50 ? inThis - 100 : inThis;
}
