import type { Log } from '../telemetry/log.ts';

/**
 * Runs `work` at once and then `everyMs` after each end, until stopped; without the pause where it
 * says that there is more to do. A failure is logged and does not end it.
 */
export function repeat(
  name: string,
  everyMs: number,
  work: () => Promise<void | 'more'>,
  log: Log,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = Promise.resolve();

  function run(): void {
    running = work()
      .catch((error: unknown) => log.warn('upkeep.failed', { task: name, error }))
      .then((left) => {
        if (!stopped) timer = setTimeout(run, left === 'more' ? 0 : everyMs);
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
