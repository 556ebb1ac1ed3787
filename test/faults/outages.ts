import type { Row } from './row.ts';

/** When PostgreSQL was away. Times as the receiver's. */
export type Outage = { from: number; to: number };

/**
 * A claim is written within three times wal_writer_delay of 200 ms; one that was not is forgotten
 * in a crash.
 */
export const FORGOTTEN_MS = 1000;

/**
 * How many sends of a delivery were under way in an outage, or had just ended and were not
 * recorded.
 */
export function duringOf(outages: Outage[], { arrivals }: Row): number {
  return arrivals.filter(({ at, endedAt = Infinity }) =>
    outages.some(({ from, to }) => at < to && endedAt > from),
  ).length;
}
