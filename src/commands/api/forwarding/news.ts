import type { Schemas } from '../../../client/api.ts';
import type { Attempt } from '../following/attempt-feed.ts';

/** Deliveries that are remembered. */
const MOST = 10_000;

type Find = (attempt: Attempt) => Promise<Schemas['Delivery'] | undefined>;

/**
 * Tells the first attempt that is seen of a delivery from its retries. A delivery that was
 * redelivered since is new again.
 */
export class News {
  readonly #find: Find;
  /** How often each had been redelivered when it was new. */
  readonly #known = new Map<string, number>();

  constructor(find: Find) {
    this.#find = find;
  }

  async isNew(attempt: Attempt): Promise<boolean> {
    const { delivery_id: id } = attempt;
    const redeliveries = (await this.#find(attempt))?.redeliveries ?? 0;
    const before = this.#known.get(id);
    if (before !== undefined && redeliveries <= before) return false;
    this.#known.delete(id);
    this.#known.set(id, redeliveries);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return true;
  }
}
