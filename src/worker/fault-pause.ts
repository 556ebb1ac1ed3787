const FIRST_MS = 1000;
export const LONGEST_PAUSE_MS = 30_000;

/**
 * How long to send nothing after faults of this machine, which every send would meet: twice as long
 * each time until one got through.
 */
export class FaultPause {
  readonly #now: () => number;
  #ms = FIRST_MS / 2;
  #until = -Infinity;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Another fault. Those that come while a pause is on belong to it; `isNew`: this one begins a
   * pause.
   */
  fault(): { ms: number; isNew: boolean } {
    const isNew = !this.isOn();
    if (isNew) {
      this.#ms = Math.min(LONGEST_PAUSE_MS, this.#ms * 2);
      this.#until = this.#now() + this.#ms;
    }
    return { ms: this.#ms, isNew };
  }

  isOn(): boolean {
    return this.#now() < this.#until;
  }

  /** A send got through. */
  recovered(): void {
    if (!this.isOn()) this.#ms = FIRST_MS / 2;
  }
}
