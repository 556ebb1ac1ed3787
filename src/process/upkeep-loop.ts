import type { Log } from '../telemetry/log.ts';
import type { Activity } from './activity.ts';

/**
 * What is left to do: 'more' at once, 'soon' in a moment, or something after so many milliseconds.
 */
export type Left = void | 'more' | 'soon' | number;

/**
 * `task` is its name in the log, and `everyMs` the pause between two of its runs. A run that took
 * long is followed by a longer pause: of the loop's time the work has no more than `share`, where
 * that is given. While `during` rests there are no runs.
 */
export type UpkeepTask = {
  task: string;
  everyMs: number;
  share?: number;
  during?: Activity;
  work: () => Promise<Left>;
};

/** The pause before what comes soon. */
const SOON_MS = 200;

/** A timer cannot be longer; then it looks again. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Does each of its tasks at once, and then again `everyMs` after each end, until it is stopped;
 * sooner or later where the work says so, and at once when it is woken. Tasks that are due take
 * turns, one at a time: none waits for more than one run of each of the others. A failure is
 * logged, and stops neither its task nor another.
 */
export class UpkeepLoop {
  readonly #log: Log;
  readonly #tasks: { task: UpkeepTask; dueAt: number }[];
  #running = Promise.resolve();
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(log: Log, ...tasks: UpkeepTask[]) {
    this.#log = log;
    this.#tasks = tasks.map((task) => ({ task, dueAt: 0 }));
    for (const { during } of tasks) during?.onBegin(() => this.wake());
    this.#begin();
  }

  /** All of its tasks are due. A run that is under way is followed by another. */
  wake(): void {
    for (const one of this.#tasks) one.dueAt = 0;
    if (this.#isRunning || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#begin();
  }

  /** No further run begins. Resolves at the end of the one that is under way. */
  stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    return this.#running;
  }

  #begin(): void {
    this.#running = this.#round();
  }

  async #round(): Promise<void> {
    this.#isRunning = true;
    for (const one of this.#tasks)
      if (!this.#stopped && one.dueAt <= performance.now()) await this.#take(one);
    this.#isRunning = false;
    if (this.#stopped) return;
    const next = Math.min(...this.#tasks.map(({ dueAt }) => dueAt));
    if (next === Infinity) return;
    const pauseMs = Math.min(LONGEST_MS, Math.max(0, next - performance.now()));
    this.#timer = setTimeout(() => this.#begin(), pauseMs);
  }

  async #take(one: { task: UpkeepTask; dueAt: number }): Promise<void> {
    // Before the run, so that a wake-up that comes meanwhile is not forgotten.
    one.dueAt = Infinity;
    if (one.task.during?.isResting()) return;
    const pauseMs = await this.#run(one.task);
    one.dueAt = Math.min(one.dueAt, performance.now() + pauseMs);
  }

  /** @returns the pause before its next run. */
  async #run({ task, everyMs, share = 1, work }: UpkeepTask): Promise<number> {
    const startedAt = performance.now();
    let pauseMs = everyMs;
    try {
      const left = await work();
      if (left !== undefined) pauseMs = pauseBefore(left, everyMs);
    } catch (error) {
      this.#log.warn('upkeep.failed', { task, error });
    }
    return Math.max(pauseMs, (performance.now() - startedAt) * (1 / share - 1));
  }
}

function pauseBefore(left: 'more' | 'soon' | number, everyMs: number): number {
  if (typeof left === 'number') return left;
  return left === 'more' ? 0 : Math.min(SOON_MS, everyMs);
}
