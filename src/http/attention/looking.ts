import type { Queryable } from '../../database/pool.ts';

/** How a search for what is wrong looks. */
export type Looking = {
  db: Queryable;
  /** What has ended is told for so many days. */
  days: number;
  /** Most items of a kind. */
  limit: number;
  /** The time since then, in seconds, by the clock of the database. */
  ago: (time: string) => number;
};
