import type { Candidate, PutAside } from '../deliveries/outbox/candidates.ts';

/** What has no key is left out alone. An event never has one here: what is behind it waits. */
type One = Pick<Candidate, 'id' | 'webhookId' | 'key'> | { id: string; key: null };

/** After this time what failed is tried again. */
const AGAIN_MS = 30_000;

/** Most that are left out. */
const MOST = 100;

/**
 * What could not be taken in: a delivery without a key, or a whole key, as nothing overtakes
 * another delivery of it. `now` is a clock in milliseconds that nobody sets.
 */
export class LeftOut {
  readonly #now: () => number;
  #left: One[] = [];
  #since = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @returns false: too many are left out already. */
  add(one: One): boolean {
    if (this.#left.length >= MOST) return false;
    if (this.#left.length === 0) this.#since = this.#now();
    this.#left.push(one);
    return true;
  }

  /** What is left out now. */
  now(): PutAside {
    if (this.#now() - this.#since >= AGAIN_MS) this.#left = [];
    return {
      ids: this.#left.flatMap(({ id, key }) => (key === null ? [id] : [])),
      keys: this.#left.flatMap((one) =>
        one.key === null ? [] : [{ webhookId: one.webhookId, key: one.key }],
      ),
    };
  }
}
