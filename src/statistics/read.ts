import type { Queryable } from '../database/pool.ts';
import { BUCKETS, COLUMNS, FIGURES, type Counts, type Figure } from './figures.ts';
import { percentile } from './histogram.ts';
import { beginnings, type Range, type Step } from './range.ts';

/** What happened in a step that begins at `at`; percentiles are null where no attempt was made. */
export type StatisticsStep = { at: string } & { [Name in Figure]: number } & {
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
};

/** The time of the database, in ms since 1970. */
export async function databaseNow(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ ms: number }>(
    'select extract(epoch from now())::float8 * 1000 as ms',
  );
  return rows[0]?.ms ?? Number.NaN;
}

/** What was counted of a webhook, or of `ALL_WEBHOOKS`: each step of the range, in order. */
export async function readStatistics(
  db: Queryable,
  webhookId: string,
  range: Range,
): Promise<StatisticsStep[]> {
  const [from, to] = [range.fromMs, range.toMs].map((ms) => new Date(ms).toISOString());
  const { rows } = await db.query<StoredStep>(READ[range.step], [webhookId, from, to]);
  const stored = new Map(rows.map(({ ms, ...counts }) => [ms, counts]));
  return beginnings(range).map((ms) => stepOf(ms, stored.get(ms) ?? {}));
}

type StoredStep = { ms: number } & { [Column in keyof Counts]: number | null };

function stepOf(ms: number, stored: Omit<StoredStep, 'ms'>): StatisticsStep {
  const figures = FIGURES.map((one) => [one, stored[one] ?? 0] as const);
  const durations = BUCKETS.map((one) => stored[one] ?? 0);
  return {
    at: timeOf(ms),
    ...(Object.fromEntries(figures) as { [Name in Figure]: number }),
    p50_ms: percentile(durations, 0.5),
    p95_ms: percentile(durations, 0.95),
    p99_ms: percentile(durations, 0.99),
  };
}

/** A whole minute in RFC 3339. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

const NAMES = COLUMNS.join(', ');
const SUMS = COLUMNS.map((one) => `sum(${one})::float8 as ${one}`).join(', ');

/**
 * Hours have rows of their own, and are not summed up from minutes: 30 days of a webhook are 720
 * rows then, and not 43,200 that lie in as many pages, among those of all the others.
 */
const READ: Record<Step, string> = {
  minute: `select extract(epoch from at)::float8 * 1000 as ms, ${NAMES}
    from statistics_minutes where webhook_id = $1 and at >= $2 and at < $3`,
  hour: `select extract(epoch from at)::float8 * 1000 as ms, ${NAMES}
    from statistics_hours where webhook_id = $1 and at >= $2 and at < $3`,
  day: `select extract(epoch from date_trunc('day', at, 'UTC'))::float8 * 1000 as ms, ${SUMS}
    from statistics_hours where webhook_id = $1 and at >= $2 and at < $3
    group by 1`,
};
