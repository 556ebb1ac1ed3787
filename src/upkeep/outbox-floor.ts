/** A transaction that ends sooner than this after it enqueued is found by the next poll. */
const LAG_MS = 3000;

/** What transactions that took longer have committed is looked for this often. */
const LOOK_EVERY_MS = 1000;

/** Of the time, a look at all has no more than this share, unless it takes very long. */
const LOOK_SHARE = 0.02;

/** Whatever a look took: on a busy machine the time says little of what it cost. */
const LOOK_AFTER_MS = 5000;

/** Places are noted at most this often. */
const NOTE_EVERY_MS = 250;

/**
 * From where to look for what waits in the outbox. The index entries of what was taken in stay
 * until PostgreSQL cleans up, which it cannot while some old transaction is open; a look from the
 * first place would pass all of them. So most looks begin behind what was taken in some seconds
 * ago, and some at the first place, as a transaction may have been open for long. `now` is a clock
 * in milliseconds that nobody sets.
 */
export class OutboxFloor {
  readonly #now: () => number;
  /** Places up to which everything was taken in, and when; the first one first. */
  #noted: { place: number; at: number }[] = [];
  #floor = 0;
  #nextLookAt = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The place behind which to look now. 0: it is time to look at all. */
  after(): number {
    const now = this.#now();
    while (this.#noted[0] !== undefined && now - this.#noted[0].at >= LAG_MS)
      this.#floor = Math.max(this.#floor, this.#noted.shift()?.place ?? 0);
    return now >= this.#nextLookAt ? 0 : this.#floor;
  }

  /**
   * What has a place up to this one was taken in, as far as it could be seen. It is no floor before
   * some seconds have passed, the first one neither: who has a lower place may commit it only now.
   */
  passed(place: number): void {
    const at = this.#now();
    const last = this.#noted.at(-1);
    if (last !== undefined && at - last.at < NOTE_EVERY_MS)
      last.place = Math.max(last.place, place);
    else this.#noted.push({ place, at });
  }

  /** A look at all took so long. */
  looked(tookMs: number): void {
    const pauseMs = Math.min(LOOK_AFTER_MS, Math.max(LOOK_EVERY_MS, tookMs / LOOK_SHARE));
    this.#nextLookAt = this.#now() + pauseMs;
  }
}
