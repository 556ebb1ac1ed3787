/** So long work may go on before the event loop looks at what else has come. */
const SLICE_MS = 5;

/**
 * Cuts work that may take long into slices: `if (slices.areOver) await slices.next()`. Those who
 * share it get one slice after the other, and between any two the event loop has its turn.
 */
export class TimeSlices {
  #since = performance.now();
  #last: Promise<void> = Promise.resolve();

  /** Whether the present slice has taken its time. */
  get areOver(): boolean {
    return performance.now() - this.#since > SLICE_MS;
  }

  /** Resolves when the caller's next slice begins. */
  next(): Promise<void> {
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) =>
          setImmediate(() => {
            this.#since = performance.now();
            resolve();
          }),
        ),
    );
    return this.#last;
  }
}
