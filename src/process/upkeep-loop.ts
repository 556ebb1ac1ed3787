import type { Log } from '../telemetry/log.ts';

/**
 * `task` is its name in the log, and `everyMs` the pause between two of its runs. A run that took
 * long is followed by a longer pause: of the loop's time the work has no more than `share`, where
 * that is given.
 */
type LoopOptions = { task: string; everyMs: number; share?: number; log: Log };

/** What is left to do: 'more' at once, 'soon' in a moment. */
export type Left = void | 'more' | 'soon';

/** The pause before what comes soon. */
const SOON_MS = 200;

/**
 * Does its work at once, and then again `everyMs` after each end, until it is stopped; sooner where
 * the work says so. A failure is logged and does not end the loop.
 */
export class UpkeepLoop {
  readonly #options: LoopOptions;
  readonly #work: () => Promise<Left>;
  #running = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LoopOptions, work: () => Promise<Left>) {
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
    const { task, everyMs, share = 1, log } = this.#options;
    const startedAt = performance.now();
    let pauseMs = everyMs;
    try {
      const left = await this.#work();
      if (left !== undefined) pauseMs = left === 'more' ? 0 : Math.min(SOON_MS, everyMs);
    } catch (error) {
      log.warn('upkeep.failed', { task, error });
    }
    const rest = (performance.now() - startedAt) * (1 / share - 1);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#begin(), Math.max(pauseMs, rest));
  }
}
