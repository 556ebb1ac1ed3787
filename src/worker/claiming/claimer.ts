import type { Buffer } from '../buffer.ts';
import { Ends, type End } from './ends.ts';
import { LimitedWebhooks } from './limited.ts';
import type { Claim } from '../../queue/claim.ts';
import type { ClaimRequest } from '../../queue/claim-statement.ts';
import type { ClaimableQueue } from '../../queue/claimable-queue.ts';
import { Missed } from './missed.ts';
import { Room } from './room.ts';
import type { Next } from '../limits/places.ts';
import type { Slots } from '../slots/slots.ts';
import { isForSlowLane } from '../slots/standing.ts';
import { TurnedAway, type Shortage } from './turned-away.ts';

/** `askedAt`: when the claims were asked for, `performance.now()`. */
export type Claimed = { claims: Claim[]; from: End; askedAt: number };

type ClaimerParts = {
  queue: Pick<ClaimableQueue, 'claim'>;
  slots: Slots;
  buffer: Buffer<{ webhookId: string }>;
  pollingIntervalMs: number;
  /** For how long nothing can be claimed, unless somebody tells us; 0 where that is not known. */
  quietMs?: () => Promise<number>;
  /** Is told of each poll: tests, which are claimed apart, are looked for as well. */
  polled?: () => void;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
};

/**
 * How long nothing is claimed after a claim that failed, at most: most failures are the database's,
 * and last.
 */
const AFTER_FAILURE_MS = 1000;

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
  readonly #room: Room;
  readonly #ends = new Ends();
  readonly #turnedAway = new TurnedAway();
  readonly #limited: LimitedWebhooks;
  readonly #missed = new Missed();
  #pollAt = 0;
  #pausedUntil = 0;

  constructor(parts: ClaimerParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
    this.#room = new Room(parts.slots, parts.buffer);
    this.#limited = new LimitedWebhooks(this.#now);
  }

  /** Claims what there is room for; nothing where there is no room or nothing can be waiting. */
  async claim(): Promise<Claimed> {
    if (this.#now() >= this.#pollAt) await this.#look();
    const askedAt = this.#now();
    const due = this.#limited.takeDue();
    if (due.length > 0) this.#ends.want('oldest');
    const isPaused = askedAt < this.#pausedUntil;
    const from = isPaused ? undefined : this.#ends.next(this.#possible(), askedAt);
    if (from === undefined) return { claims: [], from: 'newest', askedAt };
    // Before the answer, so that a wake-up that comes meanwhile is not forgotten.
    this.#ends.begin(from, askedAt);
    const asked = [...this.#turnedAway.asked()];
    try {
      const request = this.#request(from, [...asked, ...due]);
      const { claims, ...told } = await this.#parts.queue.claim(request);
      this.#ends.note(from, told);
      this.#turnedAway.endAsking(claims.map(({ webhookId }) => webhookId));
      // A webhook of which nothing was claimed has nothing due: another may have its place.
      const sawAll = from === 'oldest' && !told.more;
      if (sawAll && this.#turnedAway.endAsking(asked) > 0) this.roomChanged();
      return { claims, from, askedAt };
    } catch (error) {
      this.#ends.want(from);
      this.pause(Math.min(AFTER_FAILURE_MS, this.#parts.pollingIntervalMs));
      throw error;
    } finally {
      this.#ends.finish(from, askedAt, this.#now());
    }
  }

  /** There may be something new. What comes of it may be due soon, and nobody tells of retries. */
  wake(): void {
    this.#ends.want('newest');
    this.#missed.clear();
    this.#pollAt = Math.min(this.#pollAt, this.#now() + this.#parts.pollingIntervalMs);
  }

  /** A claim found no room and went back: its webhook is left out until there is some. */
  turnAway(webhookId: string, shortage: Shortage): void {
    if (this.#turnedAway.add(webhookId, shortage)) this.#missed.noteTurnedAway(webhookId);
  }

  /**
   * Places of limited webhooks are asked for: nothing more of these is claimed until `gotPlaces`
   * tells.
   */
  asksForPlaces(webhookIds: Iterable<string>): void {
    for (const webhookId of webhookIds) this.#limited.asked(webhookId);
  }

  /**
   * So many claims of a limited webhook got a place; `next` is undefined where the database did not
   * answer.
   */
  gotPlaces(webhookId: string, placed: number, next: Next | undefined): void {
    if (this.#limited.answered(webhookId, placed, next)) this.#ends.wantMore();
  }

  /** A webhook has no limits, or none any more. */
  hasNoLimits(webhookId: string): void {
    this.#limited.forget(webhookId);
  }

  /**
   * A send of a webhook is over. `hadLongPayload`: another one may have room for its bytes now.
   */
  sendEnded(webhookId: string, hadLongPayload = true): void {
    const { slots } = this.#parts;
    const standing = slots.standing(webhookId);
    if (this.#turnedAway.forget(webhookId)) this.#missed.addIfLeftOut(webhookId);
    // Where others wait for a place that is taken for long, it comes after them: else the same few
    // would have them for ever.
    if (isForSlowLane(standing) && !slots.isActive(webhookId) && this.#turnedAway.has(standing))
      this.turnAway(webhookId, standing);
    else if (this.#missed.has(webhookId) && this.#room.of(webhookId) > 0) {
      this.#missed.delete(webhookId);
      this.#ends.wantMore();
    }
    if (this.#limited.sendEnded(webhookId)) this.#ends.wantMore();
    if (hadLongPayload) this.#askFor('bytes', 1);
    this.roomChanged();
  }

  /**
   * A place became free, or a send moved to the slow lane: as many of those turned away are claimed
   * again as may have room now.
   */
  roomChanged(): void {
    const { slots } = this.#parts;
    for (const standing of ['quick', 'late', 'silent', 'unknown'] as const) {
      const room = slots.roomFor(standing);
      if (room > 0) this.#askFor(standing, room - this.#turnedAway.countAsked(standing));
    }
    // One of those turned away last as well, so that it need not wait for all that hang.
    const room = slots.roomFor('unknown');
    if (room > 0)
      this.#askFor('unknown', room + 1 - this.#turnedAway.countAsked('unknown'), 'last');
    for (const webhookId of this.#turnedAway.takeNewcomers(slots.roomFor('unknown', true))) {
      this.#missed.addIfLeftOut(webhookId);
      this.#ends.want('newest');
    }
  }

  /** Claims nothing for a while. A pause that is on is not made shorter. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + ms);
  }

  /** Milliseconds until claiming again makes sense if nothing happens. */
  waitMs(): number {
    const now = this.#now();
    const ends = this.#ends.nextAt(this.#possible());
    const nextAt = Math.min(this.#pollAt, ends, this.#limited.nextAt());
    return Math.max(0, this.#pausedUntil - now, nextAt - now);
  }

  /**
   * Polls, unless nothing can be waiting: then it looks again when the first job is due. It does
   * not ask where it claims anyway. Where that cannot be found out the claim tells why.
   */
  async #look(): Promise<void> {
    const { quietMs = async () => 0, pollingIntervalMs } = this.#parts;
    this.#pollAt = Infinity;
    const claims = this.#ends.wanted().length > 0;
    const quiet = claims ? 0 : await quietMs().catch(() => 0);
    const nextAt = this.#now() + (quiet || pollingIntervalMs);
    this.#pollAt = Math.min(this.#pollAt, nextAt);
    if (quiet === 0) this.#poll();
  }

  #poll(): void {
    this.wake();
    this.#parts.polled?.();
    // They are no newcomers any more.
    this.#turnedAway.takeNewcomers(Infinity);
    this.#askFor('bytes', 1);
    this.roomChanged();
  }

  #askFor(shortage: Shortage, count: number, which: 'first' | 'last' = 'first'): void {
    for (const webhookId of this.#turnedAway.askFor(shortage, count, which)) {
      // Of an unknown one, what was new was claimed all the while.
      if (shortage !== 'unknown') this.#missed.addIfLeftOut(webhookId);
      this.#ends.want('oldest');
    }
  }

  #possible(): End[] {
    return this.#ends.wanted().filter((end) => this.#room.limit(end) > 0);
  }

  /**
   * Asks for what there is room for. Here that costs as much as there are webhooks with something
   * under way, and those that were turned away are listed, as the database has to pass them over.
   */
  #request(from: End, asked: string[]): ClaimRequest {
    const { slots, buffer } = this.#parts;
    const rooms = new Map<string, number>();
    const full = new Set<string>();
    for (const webhookId of [...slots.active(), ...buffer.webhookIds(), ...asked]) {
      const room = this.#roomOf(webhookId);
      if (room > 0) rooms.set(webhookId, room);
      else full.add(webhookId);
    }
    this.#missed.noteClaim(full);
    return {
      limit: this.#room.limit(from),
      from,
      rooms,
      leftOut: [...full, ...this.#turnedAway.leftOut(), ...this.#limited.leftOut()],
      onlyNew: this.#turnedAway.onlyNew(),
      otherwise: this.#room.ofOthers(),
    };
  }

  /** What is claimed of a limited webhook is to be sent at once: none of it waits here. */
  #roomOf(webhookId: string): number {
    const most = this.#limited.most(webhookId);
    return most === undefined
      ? this.#room.of(webhookId)
      : Math.min(most, this.#parts.slots.room(webhookId));
  }
}
