import type { Log } from './log.ts';

/** Runs `work` at once and then `everyMs` after each end, until stopped. A failure is logged and does not end it. */
export function repeat(name: string, everyMs: number, work: () => Promise<void>, log: Log): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = Promise.resolve();

  function run(): void {
    running = work()
      .catch((error: unknown) => log.warn('upkeep.failed', { task: name, error }))
      .then(() => {
        if (!stopped) timer = setTimeout(run, everyMs);
      });
  }

  run();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
