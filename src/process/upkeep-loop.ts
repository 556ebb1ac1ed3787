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
  afterFailureMs?: number;
  share?: number;
  during?: Activity;
  work: () => Promise<Left>;
};

/** The pause before what comes soon. */
const SOON_MS = 200;

/** A timer cannot be longer. When it is over nothing is due, and another one begins. */
const LONGEST_MS = 2 ** 31 - 1;

/** `notBefore`: its share allows no run earlier. */
type Scheduled = { task: UpkeepTask; dueAt: number; notBefore: number };

/**
 * Does each of its tasks at once, and then again `everyMs` after each end, until it is stopped;
 * sooner or later where the work says so, and at once when it is woken. Tasks that are due take
 * turns, one at a time: none waits for more than one run of each of the others. A failure is
 * logged, and stops neither its task nor another.
 */
export class UpkeepLoop {
  readonly #log: Log;
  readonly #tasks: Scheduled[];
  #running = Promise.resolve();
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(log: Log, ...tasks: UpkeepTask[]) {
    this.#log = log;
    this.#tasks = tasks.map((task) => ({ task, dueAt: 0, notBefore: 0 }));
    for (const { during } of tasks) during?.onBegin(() => this.wake());
    this.#begin();
  }

  /**
   * All of its tasks are due, as soon as their shares allow it. A run that is under way is followed
   * by another.
   */
  wake(): void {
    for (const one of this.#tasks) one.dueAt = Math.min(one.dueAt, one.notBefore);
    if (this.#isRunning || this.#stopped) return;
    clearTimeout(this.#timer);
    if (this.#nextAt() <= performance.now()) this.#begin();
    else this.#pause();
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
    if (!this.#stopped) this.#pause();
  }

  #pause(): void {
    const nextAt = this.#nextAt();
    // Nothing is due until it is woken.
    if (nextAt === Infinity) return;
    const pauseMs = Math.min(LONGEST_MS, Math.max(0, nextAt - performance.now()));
    this.#timer = setTimeout(() => this.#begin(), pauseMs);
  }

  #nextAt(): number {
    return Math.min(...this.#tasks.map(({ dueAt }) => dueAt));
  }

  async #take(one: Scheduled): Promise<void> {
    // Before the run, so that a wake-up that comes meanwhile is not forgotten.
    one.dueAt = Infinity;
    const { during, share = 1 } = one.task;
    if (during?.isResting()) return;
    const startedAt = performance.now();
    const pauseMs = await this.#run(one.task);
    const now = performance.now();
    one.notBefore = now + (now - startedAt) * (1 / share - 1);
    one.dueAt = Math.max(one.notBefore, Math.min(one.dueAt, now + pauseMs));
  }

  /** @returns the pause before its next run. */
  async #run({ task, everyMs, afterFailureMs = everyMs, work }: UpkeepTask): Promise<number> {
    try {
      const left = await work();
      return left === undefined ? everyMs : pauseBefore(left, everyMs);
    } catch (error) {
      this.#log.warn('upkeep.failed', { task, error });
      return afterFailureMs;
    }
  }
}

function pauseBefore(left: 'more' | 'soon' | number, everyMs: number): number {
  if (typeof left === 'number') return left;
  return left === 'more' ? 0 : Math.min(SOON_MS, everyMs);
}
