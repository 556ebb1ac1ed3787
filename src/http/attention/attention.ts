import type { Queryable } from '../../database/pool.ts';
import { lateWebhooks } from '../../deliveries/late.ts';
import { ALL_WEBHOOKS } from '../../statistics/figures.ts';
import { rangeOf } from '../../statistics/range.ts';
import { databaseNow, readStatistics, type StatisticsStep } from '../../statistics/read.ts';
import { byHowWrong, type Item } from './item.ts';
import type { Looking } from './looking.ts';
import { ofWebhooks, withDetails } from './webhooks.ts';
import { ofLate, ofWork, ofWorkers } from './work.ts';

/** For so long it is told what has ended badly. */
const DAYS_TOLD = 7;

/** So many webhooks with something due are read, whatever the limit: they are told together. */
const MOST_LATE = 201;

type Attention = {
  items: Item[];
  /** There is more that is wrong, and less so. */
  more: boolean;
  oldest_due_at: string | null;
  figures: StatisticsStep;
};

/**
 * What is wrong now, the most wrong first, and `limit` at most. Each part is read from an index of
 * its own that has little else, or from the states of webhooks, and one after the other: who looks
 * every few seconds takes one connection at a time. With 10,000 webhooks, 500 of them in trouble,
 * and a million deliveries all of it takes 10 ms of PostgreSQL.
 */
export async function whatIsWrong(db: Queryable, limit: number): Promise<Attention> {
  const now = await databaseNow(db);
  const ago = (time: string) => (now - Date.parse(time)) / 1000;
  const looking: Looking = { db, days: DAYS_TOLD, limit: limit + 1, ago };
  const late = await lateWebhooks(db, MOST_LATE);
  const all = [
    ...(await ofWorkers(looking)),
    ...ofLate(late, looking),
    ...(await ofWebhooks(looking)),
    ...(await ofWork(looking)),
  ].toSorted(byHowWrong);
  return {
    items: await withDetails(db, all.slice(0, limit)),
    more: all.length > limit,
    oldest_due_at: late[0]?.since ?? null,
    figures: await figuresOfToday(db, now),
  };
}

async function figuresOfToday(db: Queryable, nowMs: number): Promise<StatisticsStep> {
  const range = rangeOf({ step: 'day', fromMs: nowMs, toMs: nowMs + 1 }, nowMs);
  if (typeof range === 'string') throw new Error(range);
  const [today] = await readStatistics(db, ALL_WEBHOOKS, range);
  return today as StatisticsStep;
}
