const DATE = String.raw`(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)`;
const SECOND = String.raw`(?<second>[0-5]\d|60)(?:\.(?<fraction>\d+))?`;
const TIME = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):${SECOND}`;
const OFFSET = String.raw`(?:Z|(?<sign>[+-])(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d))`;

/** RFC 3339, section 5.6: letters in any case, any fraction, offsets up to 23:59. */
const DATE_TIME = new RegExp(`^${DATE}T${TIME}${OFFSET}$`, 'i');

/** Whole seconds, as milliseconds since 1970, and the digits of the fraction of a second. */
type Instant = { ms: number; fraction: string };

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a text is a time of RFC 3339. Second 60 counts only where leap seconds are: in the last
 * minute of a day in UTC.
 */
export function isDateTime(text: string): boolean {
  return instantOf(text) !== undefined;
}

/**
 * The same time in UTC, as PostgreSQL reads it: in microseconds, rounded `down` or `up` where it is
 * finer. PostgreSQL itself would refuse an offset beyond 15:59, and the year 0. A time before the
 * year 1 becomes -infinity, and one after 9999 infinity, as no row is older or newer.
 * @throws where the text is no such time
 */
export function utcTime(text: string, rounding: 'down' | 'up'): string {
  const instant = instantOf(text);
  if (instant === undefined) throw new Error(`no time of RFC 3339: ${text}`);
  const { ms, fraction } = instant;
  const isFiner = /[1-9]/.test(fraction.slice(6));
  const micros =
    Number(fraction.slice(0, 6).padEnd(6, '0')) + (isFiner && rounding === 'up' ? 1 : 0);
  const carried = micros === 1_000_000;
  const iso = new Date(carried ? ms + 1000 : ms).toISOString();
  if (iso.startsWith('-') || iso.startsWith('0000')) return '-infinity';
  if (iso.startsWith('+')) return 'infinity';
  return iso.replace('.000Z', `.${String(carried ? 0 : micros).padStart(6, '0')}Z`);
}

/**
 * The same in whole milliseconds since 1970; infinite where `utcTime` is.
 * @throws where the text is no such time
 */
export function utcMs(text: string, rounding: 'down' | 'up'): number {
  const time = utcTime(text, rounding);
  if (time.endsWith('infinity')) return time.startsWith('-') ? -Infinity : Infinity;
  const isFiner = !time.endsWith('000Z');
  return Date.parse(`${time.slice(0, 23)}Z`) + (isFiner && rounding === 'up' ? 1 : 0);
}

function instantOf(text: string): Instant | undefined {
  const parts = DATE_TIME.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const {
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    hours = '0',
    minutes = '0',
  } = parts;
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // February 30 would become March 1 or 2.
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const atMinute = midnight + (Number(hour) * 60 + Number(minute) - offset) * 60_000;
  if (second === '60' && (atMinute + 60_000) % DAY_MS !== 0) return undefined;
  // As in POSIX and in PostgreSQL, a leap second is the first second of the next day.
  return { ms: atMinute + Number(second) * 1000, fraction };
}
