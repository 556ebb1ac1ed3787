import { isDateTime } from '../http/time.ts';

/** A time, or how long ago that is by the clock of the database. */
export type Moment = { at: string } | { agoMs: number };

const UNITS: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * `30m`, `2h`, `3d` or `1w` ago, or a time of RFC 3339, the seconds of which may be left out.
 * Undefined: neither.
 */
export function momentOf(text: string): Moment | undefined {
  const [, number, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (number !== undefined) return { agoMs: Number(number) * (UNITS[unit] ?? NaN) };
  const at = text.replace(/^(.{10}T\d\d:\d\d)(Z|[+-])/i, '$1:00$2');
  return isDateTime(at) ? { at } : undefined;
}
