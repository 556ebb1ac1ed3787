import type { Log } from '../telemetry/log.ts';

/** Work that nobody waits for until the worker stops. What fails of it is logged. */
export class UnderWay {
  readonly #log: Log;
  readonly #work = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  add(work: Promise<void>): void {
    const logged = work
      .catch((error: unknown) => this.#log.error('dispatch.failed', { error }))
      .finally(() => this.#work.delete(logged));
    this.#work.add(logged);
  }

  /** Resolves when nothing is under way any more, be it begun meanwhile. */
  async allOver(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
