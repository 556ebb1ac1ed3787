import { OrderedSet } from './ordered-set.ts';
import type { Standing } from '../slots/standing.ts';

/**
 * Why a claim found no room: its webhook's standing has none; it is a newcomer of an unknown
 * webhook, and others are being tried; or its payload is too large beside those in memory.
 */
export type Shortage = Standing | 'newcomer' | 'bytes';

/** More than this are not remembered: those are claimed again, and turned away again. */
const REMEMBERED = 10_000;

/** Of these nothing is claimed. Of unknown ones something new may still be tried. */
const LEFT_OUT = ['quick', 'late', 'silent', 'newcomer', 'bytes'] as const;

/**
 * Webhooks whose claims went back for want of room. They are not claimed again until there is some:
 * then they are asked for by name until something of them was claimed. Newcomers are found among
 * the newest, without being asked for.
 */
export class TurnedAway {
  readonly #byShortage: Record<Shortage, OrderedSet> = {
    quick: new OrderedSet(),
    late: new OrderedSet(),
    silent: new OrderedSet(),
    unknown: new OrderedSet(),
    newcomer: new OrderedSet(),
    bytes: new OrderedSet(),
  };
  /** What those that are to be asked for were short of. */
  readonly #asked = new Map<string, Shortage>();
  readonly #counts = { quick: 0, late: 0, silent: 0, unknown: 0, newcomer: 0, bytes: 0 };

  /** @returns whether it is left out of claims from now on, and was not before. */
  add(webhookId: string, shortage: Shortage): boolean {
    const those = this.#byShortage[shortage];
    if (those.size >= REMEMBERED) return false;
    const wasLeftOut = this.#isLeftOut(webhookId);
    those.add(webhookId);
    return !wasLeftOut && this.#isLeftOut(webhookId);
  }

  /** Whether any wait for this. */
  has(shortage: Shortage): boolean {
    return this.#byShortage[shortage].size > 0;
  }

  /** A send of it is over: more is known of it now. @returns whether it was left out. */
  forget(webhookId: string): boolean {
    const wasLeftOut = this.#isLeftOut(webhookId);
    for (const those of Object.values(this.#byShortage)) those.delete(webhookId);
    return wasLeftOut;
  }

  /**
   * Lets up to `count` of them be asked for, those that were turned away first, or last.
   * @returns them.
   */
  askFor(shortage: Shortage, count: number, which: 'first' | 'last' = 'first'): string[] {
    const asked = this.#take(shortage, count, which);
    for (const webhookId of asked) {
      this.#endAskingFor(webhookId);
      this.#asked.set(webhookId, shortage);
      this.#counts[shortage] += 1;
    }
    return asked;
  }

  /** Takes out up to `count` newcomers, the last ones first. @returns them. */
  takeNewcomers(count: number): string[] {
    return this.#take('newcomer', count, 'last');
  }

  /** How many that were short of this are to be asked for. */
  countAsked(shortage: Shortage): number {
    return this.#counts[shortage];
  }

  /** Those that are to be asked for by name. */
  asked(): Iterable<string> {
    return this.#asked.keys();
  }

  /**
   * Something of these webhooks was claimed, or nothing of them is due.
   * @returns how many were to be asked for.
   */
  endAsking(webhookIds: Iterable<string>): number {
    let ended = 0;
    for (const webhookId of webhookIds) if (this.#endAskingFor(webhookId)) ended += 1;
    return ended;
  }

  /** Webhooks of which nothing is to be claimed. */
  leftOut(): string[] {
    return LEFT_OUT.flatMap((shortage) => [...this.#byShortage[shortage].ids()]);
  }

  /** Webhooks of which only what is new is to be claimed. */
  onlyNew(): string[] {
    return [...this.#byShortage.unknown.ids()];
  }

  #isLeftOut(webhookId: string): boolean {
    return LEFT_OUT.some((shortage) => this.#byShortage[shortage].has(webhookId));
  }

  #take(shortage: Shortage, count: number, which: 'first' | 'last'): string[] {
    const taken: string[] = [];
    while (taken.length < count) {
      const webhookId = this.#byShortage[shortage].take(which);
      if (webhookId === undefined) break;
      taken.push(webhookId);
    }
    return taken;
  }

  #endAskingFor(webhookId: string): boolean {
    const shortage = this.#asked.get(webhookId);
    if (shortage !== undefined) this.#counts[shortage] -= 1;
    return this.#asked.delete(webhookId);
  }
}
