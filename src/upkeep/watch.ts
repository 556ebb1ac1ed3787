import type { Queryable } from '../database/pool.ts';
import { UpkeepLoop, type UpkeepTask } from '../process/upkeep-loop.ts';
import type { Log } from '../telemetry/log.ts';
import { ALL_DUE, whatIsDue, type Due } from './due.ts';

type WatchParts = { db: Queryable; liveJobs: number; log: Log; turn: { isMine: boolean } };

/** How long a loop rests that is only woken: what it is woken for is asked each second. */
const RESTS_MS = Infinity;

/**
 * Runs each task when there is something to do for it. While it is the turn of this worker, that is
 * asked each second, for all of them by one read. Where it cannot be asked, each of them looks for
 * itself. A task that says by its result that more is left goes on without being asked.
 * @returns the loops, the one that asks first.
 */
export function startWatch(
  { db, liveJobs, log, turn }: WatchParts,
  tasks: Record<keyof Due, Omit<UpkeepTask, 'task' | 'everyMs'>>,
): UpkeepLoop[] {
  const loops = Object.entries(tasks).map(([task, rest]) => {
    return { task, loop: new UpkeepLoop(log, { task, everyMs: RESTS_MS, ...rest }) };
  });
  async function work(): Promise<void> {
    if (!turn.isMine) return;
    let due = ALL_DUE;
    try {
      due = await whatIsDue(db, liveJobs);
    } finally {
      for (const { task, loop } of loops) if (due[task as keyof Due]) loop.wake();
    }
  }
  const watch = new UpkeepLoop(log, { task: 'watch', everyMs: 1000, work });
  return [watch, ...loops.map(({ loop }) => loop)];
}
