import { utcTime } from '../../http/time.ts';
import type { Moment } from '../moment.ts';

/** From when to when items were created. */
export type Span = { since?: Moment; until?: Moment };

/** The same as the API takes it. What is so long ago is so by the clock of this machine. */
export const spanQuery = ({ since, until }: Span) => ({
  ...(since === undefined ? {} : { 'created_at.gte': timeOf(since) }),
  ...(until === undefined ? {} : { 'created_at.lt': timeOf(until) }),
});

/** The time of a moment, as the API takes it. */
export function timeOf(moment: Moment): string {
  // Both bounds of the filter mean the same of a time that is finer than a microsecond: the next.
  if ('at' in moment) return utcTime(moment.at, 'up');
  return new Date(Date.now() - moment.agoMs).toISOString();
}
