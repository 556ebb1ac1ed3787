import type { Pool } from '../../src/database/pool.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';

type FinalRow = { id: string; status: string; attempts: number; updatedAt: string };

export type Watcher = {
  /**
   * Ends the watch. @returns a line for every delivery that is not now what it was when it was
   * first seen final.
   */
  changes(): Promise<string[]>;
  /** How many deliveries it has seen final. */
  seen(): number;
};

/**
 * At most this often, and at most a tenth of the time: with many final rows a look costs more than
 * what it looks at.
 */
const EVERY_MS = 100;
const PAUSE_PER_LOOK = 9;

/** Also after a look that took long because it had to wait for somebody's lock. */
const LONGEST_PAUSE_MS = 5000;

/**
 * Notes every final state when it first appears: only a redelivery changes one. A database that is
 * away is looked at again later.
 */
export function startWatcher(t: Cleanup, pool: Pool): Watcher {
  const first = new Map<string, FinalRow>();
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
      // A commit shows up later than its updated_at, the start of its transaction: statements are
      // cut after 30 s.
      const rows = await finalRows(pool, 60).catch(() => []);
      for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
      const pauseMs = Math.min(
        LONGEST_PAUSE_MS,
        Math.max(EVERY_MS, PAUSE_PER_LOOK * (performance.now() - startedAt)),
      );
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  return {
    seen: () => first.size,
    async changes() {
      await stop();
      const last = new Map((await finalRows(pool, 86_400)).map((row) => [row.id, row]));
      const changed = [...first.values()].filter(
        (row) => JSON.stringify(last.get(row.id)) !== JSON.stringify(row),
      );
      const again = await redelivered(pool, changed);
      return changed
        .filter(({ id }) => !again.has(id))
        .map((row) => `${JSON.stringify(row)} became ${JSON.stringify(last.get(row.id))}`);
    },
  };
}

async function finalRows(pool: Pool, seconds: number): Promise<FinalRow[]> {
  const { rows } = await pool.query<FinalRow>(
    `select id, status, delivery_attempts as attempts, updated_at as "updatedAt"
     from deliveries
     where status <> 'pending' and updated_at > now() - make_interval(secs => $1)`,
    [seconds],
  );
  return rows;
}

async function redelivered(pool: Pool, changed: FinalRow[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from deliveries d
     where id = any ($1::uuid[]) and (to_jsonb(d) ->> 'redeliveries')::integer > 0`,
    [changed.map(({ id }) => id)],
  );
  return new Set(rows.map(({ id }) => id));
}
