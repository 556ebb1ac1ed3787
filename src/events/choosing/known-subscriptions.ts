import type { Queryable } from '../../database/pool.ts';
import type { TimeSlices } from '../../process/time-slices.ts';
import type { Log } from '../../telemetry/log.ts';
import { FilterFault } from '../../webhooks/subscription/filter.ts';
import { patternFault, withoutCovered } from '../../webhooks/subscription/pattern.ts';
import { changedSubscriptions, type SubscriptionRow } from './changed-subscriptions.ts';
import { SharedFilters } from './shared-filters.ts';
import type { Subscriber } from './subscriber.ts';
import { SubscriptionIndex } from './subscription-index.ts';

/** What this process knows of subscriptions: all changes up to a version. */
export class KnownSubscriptions {
  readonly index = new SubscriptionIndex();
  readonly #filters = new SharedFilters();
  readonly #log: Log | undefined;
  #version = 0;

  constructor(log: Log | undefined) {
    this.#log = log;
  }

  /** Every change up to this one is known, and none after it. */
  get version(): number {
    return this.#version;
  }

  /**
   * Reads what has changed since. Several may do so at the same time: changes are numbered in the
   * order of their commits, and whoever comes second leaves out what is known by then.
   */
  async readChanges(db: Queryable, slices: TimeSlices): Promise<void> {
    for (let after = this.#version, goesOn = true; goesOn;) {
      const { rows, more } = await changedSubscriptions(db, after);
      for (const row of rows) {
        if (slices.areOver) await slices.next();
        this.#apply(row);
        after = row.version;
      }
      goesOn = more;
    }
  }

  /** Forgets a webhook whose row is gone. */
  forget({ id, filter }: Subscriber): void {
    this.index.remove(id);
    if (filter !== null) this.#filters.giveBack(filter);
  }

  #apply(row: SubscriptionRow): void {
    if (row.version <= this.#version) return;
    const before = this.index.get(row.id);
    if (before !== undefined) this.forget(before);
    if (!row.gone) this.index.add(this.#subscriber(row));
    this.#version = row.version;
  }

  /** One that cannot be read subscribes to nothing: nobody gets what they may not want. */
  #subscriber({ id, version, patterns, filter }: SubscriptionRow): Subscriber {
    const common = { id, version, place: Number(`0x${id.slice(0, 8)}${id.slice(9, 13)}`) };
    try {
      const read = readPatterns(patterns);
      return {
        ...common,
        patterns: read,
        filter: filter === null ? null : this.#filters.take(filter),
      };
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      this.#log?.warn('subscription.unreadable', { webhook_id: id, reason: error.message });
      return { ...common, patterns: [], filter: null };
    }
  }
}

/** @throws FilterFault */
function readPatterns(patterns: unknown[]): string[] {
  for (const [i, pattern] of patterns.entries()) {
    const fault = patternFault(pattern);
    if (fault !== undefined) throw new FilterFault(`event_types.${i}: ${fault}`);
  }
  return withoutCovered(patterns as string[]);
}
