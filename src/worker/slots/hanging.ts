/**
 * Sends of quick webhooks that turn slow within so long of each other are one event, and so long
 * after the last of them it is over.
 */
const EVENT_MS = 2000;
const OVER_AFTER_MS = 10_000;

/** Whether webhooks that had been quick hang, as they do together where they share a fault. */
export class Hanging {
  readonly #now: () => number;
  /** When the first send that hangs was begun, and when the last one turned slow. */
  #since = -Infinity;
  #lastAt = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A send of a quick webhook, begun at `startedAt`, turned slow. */
  note(startedAt: number): void {
    const now = this.#now();
    const isSame = now - this.#lastAt <= EVENT_MS;
    this.#since = isSame ? Math.min(this.#since, startedAt) : startedAt;
    this.#lastAt = now;
  }

  /**
   * Others hang, and a webhook that was last quick at `quickAt` was not seen to be so since they
   * began to. `lasts`: sends that turned slow still hold places of the fast lane.
   */
  isDoubtful(quickAt: number, lasts: boolean): boolean {
    return quickAt < this.#since && (lasts || this.#now() - this.#lastAt <= OVER_AFTER_MS);
  }
}
