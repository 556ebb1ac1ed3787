import type { Pool } from '../database/pool.ts';
import { UpkeepLoop } from '../process/upkeep-loop.ts';
import { Recorder } from '../statistics/recorder.ts';
import { flush } from '../statistics/write.ts';
import type { Log } from '../telemetry/log.ts';

/** What a process counts is written so often, and lost with a process that is killed before. */
const FLUSH_EVERY_MS = 10_000;

/** `loop` writes what is counted. `stop` ends it, and writes the rest. */
type Statistics = { recorder: Recorder; loop: UpkeepLoop; stop(): Promise<void> };

/** Counts what happens in this process for its webhooks, and writes it every 10 seconds. */
export function startStatistics({ pool, log }: { pool: Pool; log: Log }): Statistics {
  const recorder = new Recorder();
  const work = () => flush(pool, recorder);
  const loop = new UpkeepLoop(log, { task: 'statistics', everyMs: FLUSH_EVERY_MS, work });
  recorder.onMany(() => loop.wake());
  return {
    recorder,
    loop,
    async stop() {
      await loop.stop();
      await work().catch((error: unknown) =>
        log.warn('upkeep.failed', { task: 'statistics', error }),
      );
    },
  };
}
