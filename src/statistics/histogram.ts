/**
 * Upper bounds of the durations of attempts, in ms: the n-th bucket has those above the bound
 * before it, up to its own. Nearly even on a logarithmic scale, and closest between 20 ms and 5 s,
 * where most endpoints answer. From 5 s on they are 100 ms above usual timeouts, which take some ms
 * longer than they say: attempts that ran into one are at the top of a bucket, not at the bottom of
 * the next. The last bucket also has whatever took longer.
 */
export const BOUNDS_MS = [
  1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5100, 10_100,
  30_100, 60_100, 300_100, 3_600_100,
] as const;

/** The place of the bucket of a duration. */
export function bucketOf(durationMs: number): number {
  const place = BOUNDS_MS.findIndex((bound) => durationMs <= bound);
  return place < 0 ? BOUNDS_MS.length - 1 : place;
}

/**
 * The duration within which `share` of the attempts ended, in whole ms, by the nearest rank; null
 * where there were none. It is in the bucket of the true one: between its bounds it is estimated as
 * if the attempts were spread evenly.
 */
export function percentile(counts: readonly number[], share: number): number | null {
  const rank = Math.max(1, Math.ceil(share * counts.reduce((sum, count) => sum + count, 0)));
  let before = 0;
  for (const [place, count] of counts.entries()) {
    if (before + count >= rank) {
      const lower = BOUNDS_MS[place - 1] ?? 0;
      const upper = BOUNDS_MS[place] ?? lower;
      return Math.ceil(lower + ((upper - lower) * (rank - before)) / count);
    }
    before += count;
  }
  return null;
}
