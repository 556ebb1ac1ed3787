/** Two sends of quick webhooks belong to one event if both take long within this time. */
const EVENT_MS = 2000;

/** An event is over when for this time no other send has joined it. */
const OVER_AFTER_MS = 10_000;

/** Whether webhooks that had been quick hang, as they do together where they share a fault. */
export class Hanging {
  readonly #now: () => number;
  /** When the first send that hangs was begun, and when the last one had taken long. */
  #since = -Infinity;
  #lastAt = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A send of a quick webhook, begun at `startedAt`, has taken long. */
  note(startedAt: number): void {
    const now = this.#now();
    const isSame = now - this.#lastAt <= EVENT_MS;
    this.#since = isSame ? Math.min(this.#since, startedAt) : startedAt;
    this.#lastAt = now;
  }

  /**
   * Others hang, and a webhook that was last quick at `quickAt` was not seen to be so since they
   * began to. `lasts`: sends that take long are still in the fast lane.
   */
  isDoubtful(quickAt: number, lasts: boolean): boolean {
    return quickAt < this.#since && (lasts || this.#now() - this.#lastAt <= OVER_AFTER_MS);
  }
}
