import type { Buffer } from './buffer.ts';
import type { Claim, ClaimRequest } from '../queue/claim.ts';
import type { ClaimableQueue } from '../queue/queue.ts';
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
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

/**
 * A claim has a cost of its own: with a backlog they are this far apart, so that each brings many.
 */
const BACKLOG_GAP_MS = 20;

/** So far apart are claims of the old end where nothing but jobs out of sight asks for them. */
const HIDDEN_GAP_MS = 200;

/**
 * How long nothing is claimed after a claim that failed, at most: most failures are the database's,
 * and last.
 */
const AFTER_FAILURE_MS = 1000;

/** Most of these claims may find no room, so few are made at once. */
const SMALL_BATCH = 20;

/**
 * What is claimed at once of a webhook that has nothing under way here: one to send, one to follow.
 * Only one where there is no room for a webhook that nothing is known of: most of them go back.
 */
const OF_OTHERS = 2;

/**
 * Decides what to claim, and when. Each claim asks only for what there is room for, webhook by
 * webhook. It looks at the new end of the queue first, whose cost is bounded: what came just now is
 * found there whatever else waits. Where more may lie behind, both ends take turns until the old
 * end has no more. An end whose claim came back short is left alone until there may be more, which
 * somebody tells us or, at the latest, the polling interval does.
 */
export class Claimer {
  readonly #parts: ClaimerParts;
  readonly #now: () => number;
  readonly #turnedAway = new TurnedAway();
  /** Those of them that may be claimed again, and were not yet. */
  readonly #released = new Map<string, Shortage>();
  readonly #wanted: Record<End, boolean> = { newest: true, oldest: false };
  readonly #nextAt: Record<End, number> = { newest: 0, oldest: 0 };
  /** Webhooks that were left out since the last wake-up. */
  readonly #ignored = new Set<string>();
  #last: End = 'oldest';
  #backlog = false;
  #pollAt = 0;
  /** When the old end was claimed from. */
  #oldestAt = -Infinity;
  #pausedUntil = 0;

  constructor(parts: ClaimerParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** Claims what there is room for; nothing where there is no room or nothing can be waiting. */
  async claim(): Promise<Claimed> {
    const askedAt = this.#now();
    if (askedAt >= this.#pollAt) this.#poll();
    const from = this.#nextEnd(askedAt);
    if (from === undefined) return { claims: [], from: 'newest', askedAt };
    this.#last = from;
    if (from === 'oldest') this.#oldestAt = askedAt;
    // Before the answer: what is told meanwhile must not be forgotten.
    this.#wanted[from] = false;
    const request = this.#request(from);
    for (const [webhookId, room] of request.rooms) if (room === 0) this.#ignored.add(webhookId);
    try {
      const { claims, more, hidden } = await this.#parts.queue.claim(request);
      this.#noteMore(from, { more, hidden });
      this.#noteReleased(request, { claims, more: more || from === 'newest' });
      return { claims, from, askedAt };
    } catch (error) {
      this.#wanted[from] = true;
      this.pause(Math.min(AFTER_FAILURE_MS, this.#parts.pollingIntervalMs));
      throw error;
    } finally {
      const gapMs = this.#backlog ? BACKLOG_GAP_MS : 0;
      this.#nextAt[from] = askedAt + Math.max(gapMs, 2 * (this.#now() - askedAt));
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

  /**
   * A send of a webhook is over. `wasLong`: it held so many bytes that another one may have room
   * for its own now.
   */
  sendEnded(webhookId: string, wasLong = true): void {
    const { slots } = this.#parts;
    const standing = slots.standing(webhookId);
    this.#turnedAway.forget(webhookId);
    const hasRoom = this.#ignored.has(webhookId) && this.#room(webhookId) > 0;
    // Where others wait for a place that is held for long, it comes after them: else the same few
    // would have them for ever.
    const waits =
      (standing === 'slow' || standing === 'silent') &&
      !slots.isActive(webhookId) &&
      this.#turnedAway.has(standing);
    if (waits) this.#turnedAway.add(webhookId, standing);
    else if (hasRoom && this.#ignored.delete(webhookId))
      this.#wanted[this.#backlog ? 'oldest' : 'newest'] = true;
    if (wasLong) this.#release('bytes', this.#turnedAway.release('bytes', 1));
    this.roomChanged();
  }

  /**
   * A place became free, or a send moved to the slow lane: as many of those turned away are claimed
   * again as may have room now.
   */
  roomChanged(): void {
    const { slots } = this.#parts;
    for (const standing of ['quick', 'slow', 'silent', 'unknown'] as const) {
      const room = slots.roomFor(standing);
      if (room > 0)
        this.#release(
          standing,
          this.#turnedAway.release(standing, room - this.#countReleased(standing)),
        );
    }
    // One of those that came last as well: it need not wait for all that hang.
    const room = slots.roomFor('unknown');
    if (room > 0)
      this.#release(
        'unknown',
        this.#turnedAway.release('unknown', room + 1 - this.#countReleased('unknown'), 'last'),
      );
    if (this.#turnedAway.release('newcomer', slots.roomFor('unknown', true), 'last').length > 0)
      this.#wanted.newest = true;
  }

  /** Claims nothing for a while. A pause that is on is not made shorter. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + ms);
  }

  /** Milliseconds until claiming again makes sense if nothing happens. */
  waitMs(): number {
    const now = this.#now();
    const times = this.#possible().map((end) => this.#nextAt[end]);
    return Math.max(0, this.#pausedUntil - now, Math.min(this.#pollAt, ...times) - now);
  }

  #poll(): void {
    this.wake();
    this.#pollAt = this.#now() + this.#parts.pollingIntervalMs;
    // They are no newcomers any more.
    this.#turnedAway.release('newcomer', Infinity);
    this.#release('bytes', this.#turnedAway.release('bytes', 1));
    this.roomChanged();
  }

  #release(shortage: Shortage, webhookIds: string[]): void {
    for (const webhookId of webhookIds) this.#released.set(webhookId, shortage);
    if (webhookIds.length > 0) this.#wanted.oldest = true;
  }

  #countReleased(shortage: Shortage): number {
    let count = 0;
    for (const one of this.#released.values()) if (one === shortage) count += 1;
    return count;
  }

  /** Of a webhook that was asked for in vain nothing is due: another one may have its place. */
  #noteReleased(request: ClaimRequest, { claims, more }: { claims: Claim[]; more: boolean }): void {
    for (const { webhookId } of claims) this.#released.delete(webhookId);
    if (more) return;
    const inVain = [...request.rooms.keys()].filter((webhookId) =>
      this.#released.delete(webhookId),
    );
    if (inVain.length > 0) this.roomChanged();
  }

  #noteMore(from: End, { more, hidden }: { more: boolean; hidden: boolean }): void {
    if (from === 'oldest') this.#backlog = more;
    if (more || hidden) this.#wanted.oldest = true;
    // What is hidden mostly waits for its time, and each look behind it costs the more, the more
    // there is.
    if (hidden && !more && !this.#backlog)
      this.#nextAt.oldest = Math.max(this.#nextAt.oldest, this.#oldestAt + HIDDEN_GAP_MS);
  }

  #nextEnd(now: number): End | undefined {
    if (now < this.#pausedUntil) return undefined;
    const possible = this.#possible().filter((end) => now >= this.#nextAt[end]);
    return possible.find((end) => end !== this.#last) ?? possible[0];
  }

  #possible(): End[] {
    return (['newest', 'oldest'] as const).filter(
      (end) => this.#wanted[end] && this.#limit(end) > 0,
    );
  }

  #limit(from: End): number {
    const { slots, buffer } = this.#parts;
    const { fast, slow } = slots.free();
    const left =
      from === 'newest'
        ? Math.max(fast - buffer.size, Math.min(fast, SMALL_BATCH))
        : fast - buffer.size;
    return Math.max(0, left, slots.hasSlow ? Math.min(SMALL_BATCH, slow) : 0);
  }

  #request(from: End): ClaimRequest {
    const { slots, buffer } = this.#parts;
    const rooms = new Map<string, number>();
    for (const ids of [slots.active(), buffer.webhookIds(), this.#released.keys()])
      for (const id of ids) rooms.set(id, this.#room(id));
    for (const id of this.#turnedAway.webhookIds('quick', 'slow', 'silent', 'newcomer', 'bytes'))
      rooms.set(id, 0);
    const onlyNew = [...this.#turnedAway.webhookIds('unknown')];
    return {
      limit: this.#limit(from),
      from,
      rooms,
      onlyNew,
      otherwise: slots.roomFor('unknown') > 0 ? OF_OTHERS : 1,
    };
  }

  /** What could be sent of a webhook now, and could wait. */
  #room(webhookId: string): number {
    const { slots, buffer } = this.#parts;
    const waiting = buffer.count(webhookId);
    const mayWait = Math.min(slots.ahead(webhookId), waiting + buffer.free);
    const room = Math.max(0, slots.room(webhookId) - waiting + mayWait);
    // A claim for a few of them now would put off the one for many by its gap.
    return 2 * room < mayWait ? 0 : room;
  }
}
