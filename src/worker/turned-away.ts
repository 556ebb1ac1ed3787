import type { Standing } from './standing.ts';

/**
 * Why a claim found no room: its webhook's standing has none; it is a newcomer of an unknown
 * webhook, and others are being tried; or its payload is too large for what is held already.
 */
export type Shortage = Standing | 'newcomer' | 'bytes';

/** More than this are not remembered: those are claimed again, and turned away again. */
const REMEMBERED = 10_000;

/**
 * Webhooks whose claims went back for want of room. They are not claimed again until there is some.
 */
export class TurnedAway {
  readonly #byShortage = new Map<Shortage, Set<string>>();

  add(webhookId: string, shortage: Shortage): void {
    const those = this.#byShortage.get(shortage) ?? new Set();
    this.#byShortage.set(shortage, those);
    if (those.size < REMEMBERED) those.add(webhookId);
  }

  /**
   * Lets up to `count` of them be claimed again, those that were turned away first, or last.
   * @returns them.
   */
  release(shortage: Shortage, count: number, which: 'first' | 'last' = 'first'): string[] {
    const those = this.#byShortage.get(shortage);
    if (those === undefined || those.size === 0 || count <= 0) return [];
    const all = which === 'first' ? those : [...those].toReversed();
    const released: string[] = [];
    for (const webhookId of all) {
      if (released.length >= count) break;
      those.delete(webhookId);
      released.push(webhookId);
    }
    return released;
  }

  /** Whether any wait for this. */
  has(shortage: Shortage): boolean {
    return (this.#byShortage.get(shortage)?.size ?? 0) > 0;
  }

  /** A send of it is over: more is known of it now. */
  forget(webhookId: string): void {
    for (const those of this.#byShortage.values()) those.delete(webhookId);
  }

  *webhookIds(...shortages: Shortage[]): Generator<string> {
    for (const shortage of shortages) yield* this.#byShortage.get(shortage) ?? [];
  }
}
