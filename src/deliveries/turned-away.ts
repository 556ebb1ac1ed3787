import type { Standing } from './slots.ts';

/** Why a claim found no room: its webhook's standing has none, or its payload is too large for what is held already. */
export type Shortage = Standing | 'bytes';

/** More than this are not remembered: those are claimed again, and turned away again. */
const REMEMBERED = 10_000;

/** Webhooks whose claims went back for want of room. They are not claimed again until there is some, the first first. */
export class TurnedAway {
  readonly #byShortage: Record<Shortage, Set<string>> = {
    unknown: new Set(),
    quick: new Set(),
    slow: new Set(),
    silent: new Set(),
    bytes: new Set(),
  };

  add(webhookId: string, shortage: Shortage): void {
    const those = this.#byShortage[shortage];
    if (those.size < REMEMBERED) those.add(webhookId);
  }

  has(shortage: Shortage): boolean {
    return this.#byShortage[shortage].size > 0;
  }

  /** Lets up to `count` of them be claimed again. @returns how many. */
  release(shortage: Shortage, count: number): number {
    const those = this.#byShortage[shortage];
    let released = 0;
    for (const webhookId of those) {
      if (released >= count) break;
      those.delete(webhookId);
      released += 1;
    }
    return released;
  }

  *webhookIds(): Generator<string> {
    for (const those of Object.values(this.#byShortage)) yield* those;
  }
}
