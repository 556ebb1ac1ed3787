/** Who reads: the time of their clock, and how they write times. */
export type Reader = { now: Date; time: (at: Date) => string };

const UNITS: [name: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** A length of time in at most two units: `40 s`, `2 h 5 min`, `3 d`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const at = UNITS.findIndex(([, unit]) => seconds >= unit);
  const [name, unit] = UNITS[at] ?? ['s', 1];
  const [nextName, next] = UNITS[at + 1] ?? ['s', 1];
  const whole = Math.floor(seconds / unit);
  const rest = Math.floor((seconds % unit) / next);
  // Seconds tell nothing beside hours, nor minutes beside many hours.
  return rest === 0 || whole >= 10 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${nextName}`;
}

/** How far a time is: `in 40 s`, `3 min ago`, or `now`. */
export function distance(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime();
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}

/** A time with how far it is: `10:04:05 (in 40 s)`. */
export function timeWords(text: string, { now, time }: Reader): string {
  const at = new Date(text);
  return `${time(at)} (${distance(at, now)})`;
}

/** How long ago a time is, in milliseconds; below 0 where it is still to come. */
export const ageMs = (text: string, now: Date): number => now.getTime() - Date.parse(text);

/** `1234567` → `1,234,567`, the same in all languages. */
export const count = (number: number): string => String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `1 attempt`, `5 attempts`. */
export const several = (number: number, noun: string, nouns = `${noun}s`): string =>
  `${count(number)} ${number === 1 ? noun : nouns}`;
