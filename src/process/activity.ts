/** So long after the last sign of activity there is none any more. */
const LASTS_MS = 10_000;

/**
 * Whether something goes on that gives others work. Loops that have nothing to do without it rest
 * until it begins again, and are told then.
 */
export class Activity {
  readonly #now: () => number;
  readonly #onBegin = new Set<() => void>();
  #lastAt = -Infinity;
  #isResting = true;

  /** `now` is a clock in milliseconds that nobody sets. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A sign of activity. @returns whether it is the first one after a rest. */
  note(): boolean {
    const begins = this.isResting();
    this.#lastAt = this.#now();
    this.#isResting = false;
    if (begins) for (const tell of this.#onBegin) tell();
    return begins;
  }

  /** There was no sign for 10 s. From then on it rests until the next one. */
  isResting(): boolean {
    this.#isResting ||= this.#now() - this.#lastAt > LASTS_MS;
    return this.#isResting;
  }

  /** Calls `tell` at each end of a rest. */
  onBegin(tell: () => void): void {
    this.#onBegin.add(tell);
  }
}
