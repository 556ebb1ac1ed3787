import type { Buffer } from './buffer.ts';
import type { Claim, ClaimRequest } from './claim.ts';
import type { ClaimableQueue } from './queue.ts';
import type { Slots } from './slots.ts';
import { TurnedAway, type Shortage } from './turned-away.ts';

type End = ClaimRequest['from'];

/** `askedAt`: when the claims were asked for, `performance.now()`. */
export type Claimed = { claims: Claim[]; from: End; askedAt: number };

type ClaimerParts = {
  queue: Pick<ClaimableQueue, 'claim'>;
  slots: Slots;
  buffer: Buffer<{ webhookId: string }>;
  pollingIntervalMs: number;
};

/** A claim has a cost of its own: with a backlog they are this far apart, so that each brings many. */
const BACKLOG_GAP_MS = 20;

/** Claims of which most may find no room, so they are small. */
const SMALL_BATCH = 20;

/** What is claimed at once of a webhook that has nothing under way here: one to send, one to follow. */
const OF_OTHERS = 2;

const NONE: readonly Claim[] = [];

/**
 * Decides what to claim, and when. Each claim asks only for what there is room for, webhook by webhook. It looks at the new end of the
 * queue first, whose cost is bounded: what came just now is found there whatever else waits. Where more may lie behind, both ends
 * take turns until the old end has no more. An end whose claim came back short is left alone until there may be more, which
 * somebody tells us or, at the latest, the polling interval does.
 */
export class Claimer {
  readonly #parts: ClaimerParts;
  readonly #turnedAway = new TurnedAway();
  readonly #wanted: Record<End, boolean> = { newest: true, oldest: false };
  readonly #nextAt: Record<End, number> = { newest: 0, oldest: 0 };
  /** Webhooks that were left out since the last wake-up. */
  readonly #ignored = new Set<string>();
  #last: End = 'oldest';
  #backlog = false;
  #pollAt = 0;
  #pausedUntil = 0;

  constructor(parts: ClaimerParts) {
    this.#parts = parts;
  }

  /** Claims what there is room for; nothing where there is no room or nothing can be waiting. */
  async claim(): Promise<Claimed> {
    const askedAt = performance.now();
    if (askedAt >= this.#pollAt) this.#poll();
    const from = this.#nextEnd(askedAt);
    if (from === undefined) return { claims: [...NONE], from: 'newest', askedAt };
    this.#last = from;
    // Before the answer: what is told meanwhile must not be forgotten.
    this.#wanted[from] = false;
    const request = this.#request(from);
    for (const [webhookId, room] of request.rooms) if (room === 0) this.#ignored.add(webhookId);
    try {
      const { claims, more } = await this.#parts.queue.claim(request);
      this.#noteMore(from, more);
      return { claims, from, askedAt };
    } finally {
      const gapMs = this.#backlog ? BACKLOG_GAP_MS : 0;
      this.#nextAt[from] = askedAt + Math.max(gapMs, 2 * (performance.now() - askedAt));
    }
  }

  /** There may be something new. */
  wake(): void {
    this.#wanted.newest = true;
    this.#ignored.clear();
  }

  /** A claim found no room and went back: its webhook is left out until there is some. */
  turnAway(webhookId: string, shortage: Shortage): void {
    this.#turnedAway.add(webhookId, shortage);
  }

  /** A send of a webhook is over. */
  landed(webhookId: string): void {
    this.#turnedAway.forget(webhookId);
    this.roomChanged();
    if (this.#ignored.delete(webhookId)) this.#wanted[this.#backlog ? 'oldest' : 'newest'] = true;
  }

  /** A place became free, or a send moved to the slow lane: some of those turned away may have room now. */
  roomChanged(): void {
    const { slots } = this.#parts;
    let released = this.#turnedAway.release('bytes', 1);
    for (const standing of ['slow', 'silent', 'unknown'] as const)
      if (slots.roomFor(standing) > 0) released += this.#turnedAway.release(standing, 1);
    // One of those that came last as well: it need not wait for all that hang.
    if (slots.roomFor('unknown') > 0) released += this.#turnedAway.release('unknown', 1, 'last');
    if (slots.roomFor('quick') > 0) released += this.#turnedAway.release('quick', Infinity);
    if (released > 0) this.#wanted.oldest = true;
    if (this.#turnedAway.release('newcomer', slots.roomFor('unknown', true), 'last') > 0) this.#wanted.newest = true;
  }

  /** Claims nothing for a while. */
  pause(ms: number): void {
    this.#pausedUntil = performance.now() + ms;
  }

  /** Milliseconds until claiming again makes sense if nothing happens. */
  waitMs(): number {
    const now = performance.now();
    const times = this.#possible().map((end) => this.#nextAt[end]);
    return Math.max(0, this.#pausedUntil - now, Math.min(this.#pollAt, ...times) - now);
  }

  #poll(): void {
    this.wake();
    this.#pollAt = performance.now() + this.#parts.pollingIntervalMs;
    // They are no newcomers any more.
    this.#turnedAway.release('newcomer', Infinity);
    this.roomChanged();
  }

  #noteMore(from: End, more: boolean): void {
    if (from === 'oldest') this.#backlog = more;
    if (more) this.#wanted.oldest = true;
  }

  #nextEnd(now: number): End | undefined {
    if (now < this.#pausedUntil) return undefined;
    const possible = this.#possible().filter((end) => now >= this.#nextAt[end]);
    return possible.find((end) => end !== this.#last) ?? possible[0];
  }

  #possible(): End[] {
    return (['newest', 'oldest'] as const).filter((end) => this.#wanted[end] && this.#limit(end) > 0);
  }

  #limit(from: End): number {
    const { slots, buffer } = this.#parts;
    const { fast, slow } = slots.free();
    const left = from === 'newest' ? Math.max(fast - buffer.size, Math.min(fast, SMALL_BATCH)) : fast - buffer.size;
    return Math.max(0, left, slots.hasSlow ? Math.min(SMALL_BATCH, slow) : 0);
  }

  #request(from: End): ClaimRequest {
    const { slots, buffer } = this.#parts;
    const rooms = new Map<string, number>();
    for (const ids of [slots.active(), buffer.webhookIds()])
      for (const id of ids) rooms.set(id, Math.max(0, slots.room(id) + slots.ahead(id) - buffer.count(id)));
    for (const id of this.#turnedAway.webhookIds('quick', 'slow', 'silent', 'newcomer', 'bytes')) rooms.set(id, 0);
    const onlyNew = [...this.#turnedAway.webhookIds('unknown')];
    return { limit: this.#limit(from), from, rooms, onlyNew, otherwise: OF_OTHERS };
  }
}
