import type { Pool } from '../../src/database/pool.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { headProblems, outboxProblems, placeProblems } from './gate-rules.ts';
import { jobCounts, pendingRows } from './gate-rows.ts';

export type GateWatch = {
  /** Ends the watch. @returns what was not as it must be in any moment that it looked at. */
  problems(): Promise<string[]>;
  /** Most live jobs that it has seen of each webhook. */
  mostJobs: ReadonlyMap<string, number>;
  /** How many moments it has looked at. */
  looks(): number;
};

/** Deliveries that one look reads at most. */
const LOOKED_AT = 3000;

/** At most this often, and at most a tenth of the time. */
const EVERY_MS = 300;
const PAUSE_PER_LOOK = 9;
const LONGEST_PAUSE_MS = 5000;

/** Enough to tell what is wrong. */
const MOST_PROBLEMS = 20;

/**
 * Looks again and again whether what is pending has its place, and each key its head, while
 * everything is under way. A database that is away, or has not these tables yet, is looked at
 * again later.
 */
export function startGateWatch(t: Cleanup, pool: Pool): GateWatch {
  const problems: string[] = [];
  const mostJobs = new Map<string, number>();
  let looks = 0;
  let stopped = false;
  const watching = watch();
  const stop = async () => {
    stopped = true;
    await watching;
  };
  lastFirst(t).after(stop);

  async function watch(): Promise<void> {
    while (!stopped) {
      const startedAt = performance.now();
      await look().catch(() => undefined);
      const pauseMs = PAUSE_PER_LOOK * (performance.now() - startedAt);
      const boundedMs = Math.min(LONGEST_PAUSE_MS, Math.max(EVERY_MS, pauseMs));
      await new Promise((resolve) => setTimeout(resolve, boundedMs));
    }
  }

  async function look(): Promise<void> {
    const rows = await pendingRows(pool, LOOKED_AT);
    const found = [
      ...rows.flatMap((row) =>
        [...placeProblems(row), ...outboxProblems(row)].map((problem) => `${row.id}: ${problem}`),
      ),
      ...headProblems(rows),
    ];
    problems.push(...found.slice(0, MOST_PROBLEMS - problems.length));
    for (const [id, count] of await jobCounts(pool))
      mostJobs.set(id, Math.max(count, mostJobs.get(id) ?? 0));
    looks += 1;
  }

  return {
    mostJobs,
    looks: () => looks,
    async problems() {
      await stop();
      return problems;
    },
  };
}
