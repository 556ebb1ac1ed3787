import type { Operation } from '../operations/operation.ts';

/** How far long work is. */
export type Standing = Pick<Operation, 'kind' | 'state' | 'matched' | 'done' | 'skipped'>;

/** So many seconds are looked back at to say how fast it goes. */
const LOOK_BACK_S = 30;
const BAR_CELLS = 24;

/** How fast work goes, by what was seen of it lately. */
export class Pace {
  #seen: { atS: number; count: number }[] = [];

  /** Notes that `count` were done at a time in seconds, and says how many are done each second. */
  perSecond(atS: number, count: number): number {
    this.#seen.push({ atS, count });
    this.#seen = this.#seen.filter((one) => atS - one.atS <= LOOK_BACK_S);
    const [first] = this.#seen;
    if (first === undefined || first.atS === atS) return 0;
    return (count - first.count) / (atS - first.atS);
  }
}

/** One line that says how far it is, for people. */
export function progressLine(standing: Standing, perSecond: number): string {
  const { kind, state, matched, done, skipped } = standing;
  if (matched === null)
    return `${kind}: ${state === 'queued' ? 'waits for a worker' : 'counts what there is to do'}`;
  const seen = done + skipped;
  const parts = [`${kind}: ${percentOf(standing)} %, ${count(seen)} of ${count(matched)}`];
  if (skipped > 0) parts.push(`${count(skipped)} skipped`);
  if (perSecond > 0) {
    parts.push(`${count(Math.max(1, Math.round(perSecond)))}/s`);
    if (seen < matched) parts.push(`${duration((matched - seen) / perSecond)} left`);
  }
  return parts.join(', ');
}

/** The same with a bar before it, cut to the width of a terminal. */
export function progressBar(standing: Standing, perSecond: number, columns: number): string {
  const line = progressLine(standing, perSecond);
  const full = Math.floor((percentOf(standing) * BAR_CELLS) / 100);
  const bar = `[${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}] ${line}`;
  // A terminal would break a line that fills it, and what is written over it next would miss half.
  return (bar.length < columns ? bar : line).slice(0, Math.max(0, columns - 1));
}

function percentOf({ matched, done, skipped }: Standing): number {
  if (matched === null) return 0;
  if (matched === 0) return 100;
  return Math.min(100, Math.floor(((done + skipped) * 100) / matched));
}

/** `1234567` → `1,234,567`. */
export const count = (number: number): string => number.toLocaleString('en-US');

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
