import { LRUCache } from 'lru-cache';
import type { Next } from '../limits/places.ts';

/** More than this are not remembered: those are claimed again, and refused again. */
const REMEMBERED = 10_000;

/**
 * How long a webhook is left alone where others had all its places: twice as long each time, so
 * that many workers do not go after each place together. Nobody tells when permits come back; one
 * that has sends here is asked for as soon as one of them ends.
 */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * The next token of a slow rate may be an hour away, and nobody tells when its owner changes or
 * ends the limit: it is asked for this often.
 */
export const LONGEST_WAIT_MS = 10_000;

type Known = { most: number; pauseMs: number };

/** `asking`: the answer is not there yet; `ended` says whether a send ended meanwhile. */
type Waiting = { kind: 'asking'; ended: boolean } | { kind: 'permits' | 'tokens'; until: number };

/**
 * Webhooks with limits: how much of them is claimed at once, and which of them are left out until
 * there may be a permit or a token.
 */
export class LimitedWebhooks {
  readonly #now: () => number;
  readonly #known = new LRUCache<string, Known>({ max: REMEMBERED });
  readonly #waiting = new Map<string, Waiting>();

  /** `now` is in milliseconds and never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Most claims of a webhook at once; undefined where it is not known to have limits. */
  most(webhookId: string): number | undefined {
    return this.#known.get(webhookId)?.most;
  }

  /** Places are asked for: until they are given, nothing more of it is claimed. */
  asked(webhookId: string): void {
    if (this.#waiting.size < REMEMBERED)
      this.#waiting.set(webhookId, { kind: 'asking', ended: false });
  }

  /**
   * What the database told, undefined where it did not; `placed`: how many got a place.
   * @returns whether there may be something to claim at once.
   */
  answered(webhookId: string, placed: number, next: Next | undefined): boolean {
    const before = this.#waiting.get(webhookId);
    this.#waiting.delete(webhookId);
    if (next === undefined) return true;
    const isFar = next.kind === 'tokens' && next.afterMs > LONGEST_WAIT_MS;
    const pauseMs = placed > 0 || isFar ? 0 : this.#longerPause(webhookId);
    this.#known.set(webhookId, { most: mostOf(next), pauseMs });
    if (next.kind === 'left') return false;
    // A permit that came back after the answer.
    if (next.kind === 'permits' && before?.kind === 'asking' && before.ended) return true;
    const ms = next.kind === 'tokens' ? next.afterMs + pauseMs : Math.max(pauseMs, FIRST_PAUSE_MS);
    this.#wait(webhookId, next.kind, Math.min(ms, LONGEST_WAIT_MS));
    return false;
  }

  #longerPause(webhookId: string): number {
    const { pauseMs = 0 } = this.#known.get(webhookId) ?? {};
    return Math.min(Math.max(2 * pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
  }

  /**
   * A send of it is over, and a permit may have come back.
   * @returns whether there may be something to claim: others may have returned what they claimed
   * for want of that permit, and woken nobody.
   */
  sendEnded(webhookId: string): boolean {
    const known = this.#known.get(webhookId);
    const waiting = this.#waiting.get(webhookId);
    if (waiting?.kind === 'asking') waiting.ended = true;
    if (known === undefined || (waiting && waiting.kind !== 'permits')) return false;
    if (waiting === undefined) known.most += 1;
    this.#waiting.delete(webhookId);
    return true;
  }

  /** It has no limits any more. */
  forget(webhookId: string): void {
    this.#known.delete(webhookId);
    this.#waiting.delete(webhookId);
  }

  /** Webhooks of which nothing is to be claimed. */
  leftOut(): Iterable<string> {
    return this.#waiting.keys();
  }

  /** Those whose time has come are left out no longer. @returns them. */
  takeDue(): string[] {
    const now = this.#now();
    const due = [...this.#waiting].filter(([, one]) => one.kind !== 'asking' && one.until <= now);
    for (const [webhookId] of due) this.#waiting.delete(webhookId);
    return due.map(([webhookId]) => webhookId);
  }

  /** When the time of the first of them comes. */
  nextAt(): number {
    let next = Infinity;
    for (const one of this.#waiting.values())
      if (one.kind !== 'asking') next = Math.min(next, one.until);
    return next;
  }

  #wait(webhookId: string, kind: 'permits' | 'tokens', ms: number): void {
    if (this.#waiting.size < REMEMBERED)
      this.#waiting.set(webhookId, { kind, until: this.#now() + ms });
  }
}

function mostOf(next: Next): number {
  switch (next.kind) {
    case 'left':
      return next.most;
    case 'tokens':
      return next.expected;
    case 'permits':
      return 1;
  }
}
