import type { ClaimedBatch } from '../../queue/claim.ts';
import type { ClaimRequest } from '../../queue/claim-statement.ts';

export type End = ClaimRequest['from'];

/**
 * A claim has a cost of its own: with a backlog they are this far apart, so that each brings many.
 */
const BACKLOG_GAP_MS = 20;

/**
 * Claims of the old end are this far apart where only jobs that the last look did not reach ask for
 * them.
 */
const HIDDEN_GAP_MS = 200;

/**
 * The same as a multiple of the time that the last one took: one that walks past 100,000 jobs of
 * endpoints that hang costs PostgreSQL 50 ms, and would take a quarter of a core.
 */
const HIDDEN_GAP_TIMES = 10;

/** What a claim told of the queue: see `ClaimedBatch`. */
type Told = Pick<ClaimedBatch, 'more' | 'hidden' | 'redeliveries'>;

/**
 * The two ends of the queue: which of them may have something to claim, and when it is looked at.
 * Both take turns. An end whose claim came back short is left alone until it is wanted again.
 */
export class Ends {
  readonly #wanted: Record<End, boolean> = { newest: true, oldest: false };
  readonly #nextAt: Record<End, number> = { newest: 0, oldest: 0 };
  #last: End = 'oldest';
  #backlog = false;
  /** When the old end was claimed from. */
  #oldestAt = -Infinity;
  /** How long that took. */
  #oldestMs = 0;

  /** There may be something at this end. */
  want(end: End): void {
    this.#wanted[end] = true;
  }

  /** There may be more of a webhook that was left out: behind a backlog, if there is one. */
  wantMore(): void {
    this.want(this.#backlog ? 'oldest' : 'newest');
  }

  wanted(): End[] {
    return (['newest', 'oldest'] as const).filter((end) => this.#wanted[end]);
  }

  /** The one of `possible` that is to be claimed from now, if any. */
  next(possible: End[], now: number): End | undefined {
    const due = possible.filter((end) => now >= this.#nextAt[end]);
    return due.find((end) => end !== this.#last) ?? due[0];
  }

  /** When the first of `possible` is to be claimed from. */
  nextAt(possible: End[]): number {
    return Math.min(...possible.map((end) => this.#nextAt[end]));
  }

  /** A claim begins. From here on the end may be wanted again. */
  begin(end: End, now: number): void {
    this.#last = end;
    this.#wanted[end] = false;
    if (end === 'oldest') this.#oldestAt = now;
  }

  /** What a claim told of the queue. */
  note(end: End, { more, hidden, redeliveries }: Told): void {
    if (end === 'oldest') this.#backlog = more;
    if (more || hidden || redeliveries) this.want('oldest');
    // Jobs that were not looked at are mostly not due, or have no room, and the more there are, the
    // more each look behind them costs.
    if ((hidden || redeliveries) && !more && !this.#backlog) {
      const leastMs = hidden ? HIDDEN_GAP_MS : BACKLOG_GAP_MS;
      const gapMs = Math.max(leastMs, HIDDEN_GAP_TIMES * this.#oldestMs);
      this.#nextAt.oldest = Math.max(this.#nextAt.oldest, this.#oldestAt + gapMs);
    }
    // There is something behind what was claimed, so the old end is not put off any more.
    if (more) this.#nextAt.oldest = Math.min(this.#nextAt.oldest, this.#usuallyAt());
  }

  /** When the old end is claimed from again, after its last claim. */
  #usuallyAt(): number {
    return Math.max(0, this.#oldestAt + Math.max(BACKLOG_GAP_MS, 2 * this.#oldestMs));
  }

  /** A claim is over: the next one of its end comes after twice the time that it took. */
  finish(end: End, askedAt: number, now: number): void {
    const tookMs = now - askedAt;
    if (end === 'oldest') this.#oldestMs = tookMs;
    const gapMs = this.#backlog ? BACKLOG_GAP_MS : 0;
    this.#nextAt[end] = askedAt + Math.max(gapMs, 2 * tookMs);
  }
}
