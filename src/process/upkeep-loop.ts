import type { Log } from '../telemetry/log.ts';

/** `task` is its name in the log, and `everyMs` the pause between two of its runs. */
type LoopOptions = { task: string; everyMs: number; log: Log };

/**
 * Does its work at once, and then again `everyMs` after each end, until it is stopped; without the
 * pause where the work says that there is more to do. A failure is logged and does not end the
 * loop.
 */
export class UpkeepLoop {
  readonly #options: LoopOptions;
  readonly #work: () => Promise<void | 'more'>;
  #running = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LoopOptions, work: () => Promise<void | 'more'>) {
    this.#options = options;
    this.#work = work;
    this.#begin();
  }

  /** No further run begins. Resolves at the end of the one that is under way. */
  stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    return this.#running;
  }

  #begin(): void {
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { task, everyMs, log } = this.#options;
    let pauseMs = everyMs;
    try {
      if ((await this.#work()) === 'more') pauseMs = 0;
    } catch (error) {
      log.warn('upkeep.failed', { task, error });
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.#begin(), pauseMs);
  }
}
