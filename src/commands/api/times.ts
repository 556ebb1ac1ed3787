import type { Reader } from '../../client/explaining/time-words.ts';

/** How the times of the API are shown: in the zone of this machine, or in UTC. */
export type Zone = { utc: boolean };

/**
 * Who reads at a terminal. A time of today is shown without its day. One in UTC ends in Z, so that
 * nobody takes it for a local one.
 */
export function readerAt(now: Date, zone: Zone): Reader {
  const today = dayOf(now, zone);
  return {
    now,
    time: (at) => (dayOf(at, zone) === today ? clockOf(at, zone) : momentText(at, zone)),
  };
}

/** `2026-11-26 12:04:05` */
export const momentText = (at: Date, zone: Zone): string =>
  `${dayOf(at, zone)} ${clockOf(at, zone)}`;

/** As the API writes it. */
export const timeText = (text: string, zone: Zone): string => momentText(new Date(text), zone);

function dayOf(at: Date, { utc }: Zone): string {
  const parts = utc
    ? [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()]
    : [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  return parts.map(twoDigits).join('-');
}

function clockOf(at: Date, { utc }: Zone): string {
  const parts = utc
    ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
    : [at.getHours(), at.getMinutes(), at.getSeconds()];
  return parts.map(twoDigits).join(':') + (utc ? 'Z' : '');
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');
