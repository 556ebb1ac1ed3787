export type Lane = 'fast' | 'slow';

/** Where a send counts. `unknown`: as one of a webhook of which nothing is known. */
export type LaneEntry = { lane: Lane; unknown: boolean };

/**
 * The two lanes of sends, with as many places each. A send that takes long moves to the slow lane
 * as soon as that has room: until then it is overdue.
 */
export class Lanes {
  readonly #size: number;
  readonly #kept: Record<Lane, number>;
  readonly #busy = { fast: 0, slow: 0 };
  readonly #overdue = new Set<LaneEntry>();
  #unknown = 0;
  #overdueUnknown = 0;

  /** With `size` places each: never more than twice as many sends are under way. */
  constructor(size: number) {
    this.#size = size;
    const least = size > 1 ? 1 : 0;
    this.#kept = {
      fast: Math.max(least, Math.floor(size / 10)),
      slow: Math.max(least, Math.floor(size / 4)),
    };
  }

  busy(): Record<Lane, number> {
    return { ...this.#busy };
  }

  free(): Record<Lane, number> {
    return { fast: this.#size - this.#busy.fast, slow: this.#size - this.#busy.slow };
  }

  /** Whether sends that take long are still in the fast lane. */
  get hasOverdue(): boolean {
    return this.#overdue.size > 0;
  }

  /** Places for webhooks that answer late. */
  freeForLate(): number {
    return this.#size - this.#busy.slow;
  }

  /** Places for webhooks that are silent. */
  freeForSilent(): number {
    return this.#open - this.#busy.slow;
  }

  /** Places for a quick webhook that may fill this part of the fast lane. */
  freeForQuick(part: 'all' | 'most' | 'half'): number {
    const most = this.#size - (part === 'all' ? 0 : this.#kept.fast);
    return (part === 'half' ? Math.min(this.#half, most) : most) - this.#busy.fast;
  }

  /**
   * Places for webhooks of which nothing is known. Each has one kept for it in the slow lane, or is
   * a `newcomer` and one of the few that are tried without.
   */
  freeForUnknown(newcomer: boolean): number {
    const kept = this.#open - this.#busy.slow - this.#unknown;
    const tries = Math.max(2, Math.floor(this.#size / 10)) - (this.#unknown - this.#overdueUnknown);
    return Math.min(
      this.freeForQuick('most'),
      this.#half - this.#unknown,
      newcomer ? Math.max(kept, tries) : kept,
    );
  }

  enter(lane: Lane, unknown: boolean): LaneEntry {
    const entry = { lane, unknown };
    this.#busy[lane] += 1;
    if (unknown) this.#unknown += 1;
    return entry;
  }

  /** This send has taken long. */
  tookLong(entry: LaneEntry): void {
    if (entry.lane === 'slow') return;
    if (this.#busy.slow < this.#open) return this.#move(entry);
    this.#overdue.add(entry);
    if (entry.unknown) this.#overdueUnknown += 1;
  }

  leave(entry: LaneEntry): void {
    this.#vacate(entry);
    const [overdue] = this.#overdue;
    if (overdue !== undefined && this.#busy.slow < this.#open) this.#move(overdue);
  }

  /**
   * Places of the slow lane for all that may be silent. The others are for webhooks that are known
   * to answer.
   */
  get #open(): number {
    return this.#size - this.#kept.slow;
  }

  get #half(): number {
    return Math.max(1, Math.floor(this.#size / 2));
  }

  #move(entry: LaneEntry): void {
    this.#vacate(entry);
    entry.lane = 'slow';
    this.#busy.slow += 1;
  }

  #vacate(entry: LaneEntry): void {
    this.#busy[entry.lane] -= 1;
    if (this.#overdue.delete(entry) && entry.unknown) this.#overdueUnknown -= 1;
    if (entry.unknown) this.#unknown -= 1;
    entry.unknown = false;
  }
}
