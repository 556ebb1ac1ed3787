import type { Pool } from '../database/pool.ts';
import { areDeliveriesLate } from '../deliveries/removing/late.ts';
import type { Left } from '../process/upkeep-loop.ts';
import { linesOf, type Retention } from './retention-lines.ts';
import { RetentionReport, type ReportParts } from './retention-report.ts';
import { RetentionWalk } from './retention-walk.ts';

/**
 * The rest after a step while deliveries are late. It never stops: one endpoint that does not
 * answer has late deliveries for as long as that lasts.
 */
const LATE_REST_MS = 2000;

/** The rest after a step that failed. */
const AFTER_FAILURE_MS = 1000;

type RetentionParts = Omit<ReportParts, 'now'> & { pool: Pool; now?: () => number };

/**
 * Removes what is kept no longer, one bounded step at each call. A round walks along each line to
 * its end, in turns. Several workers side by side remove nothing twice. `now` is a clock in
 * milliseconds that nobody sets.
 * @returns 'more', or a rest, until the round is at its end.
 */
export function createRetention(parts: RetentionParts, retention: Retention): () => Promise<Left> {
  const { pool, now = () => performance.now() } = parts;
  const report = new RetentionReport({ ...parts, now });
  const walks = linesOf(retention).map((line) => new RetentionWalk(line, { ...parts, now }));
  let left: RetentionWalk[] = [];

  return async () => {
    if (left.length === 0) beginRound();
    const walk = left.shift();
    if (walk === undefined) return undefined;
    const { removed, overSeconds, isMore, hasFailed } = await walk.step();
    report.removed(walk.line.kind, removed, overSeconds);
    if (isMore) left.push(walk);
    if (left.length === 0) return report.roundEnded();
    if (hasFailed) return AFTER_FAILURE_MS;
    return (await areDeliveriesLate(pool)) ? LATE_REST_MS : 'more';
  };

  function beginRound(): void {
    for (const walk of walks) walk.begin();
    left = [...walks];
    report.roundBegan();
  }
}
