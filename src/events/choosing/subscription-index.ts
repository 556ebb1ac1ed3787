import { patternsOf } from '../../webhooks/subscription/pattern.ts';
import { Bucket } from './bucket.ts';
import type { Subscriber } from './subscriber.ts';

/** Subscribers by their ids, and by the patterns of the types that they get. */
export class SubscriptionIndex {
  readonly #byId = new Map<string, Subscriber>();
  readonly #buckets = new Map<string, Bucket>();

  get size(): number {
    return this.#byId.size;
  }

  /** All of them, in no order. */
  get all(): Iterable<Subscriber> {
    return this.#byId.values();
  }

  get(id: string): Subscriber | undefined {
    return this.#byId.get(id);
  }

  /** Adds it, in the place of the one that has its id. */
  add(one: Subscriber): void {
    this.remove(one.id);
    this.#byId.set(one.id, one);
    for (const pattern of one.patterns) {
      const bucket = this.#buckets.get(pattern) ?? new Bucket();
      this.#buckets.set(pattern, bucket);
      bucket.add(one);
    }
  }

  remove(id: string): void {
    const one = this.#byId.get(id);
    if (one === undefined) return;
    this.#byId.delete(id);
    for (const pattern of one.patterns) {
      const bucket = this.#buckets.get(pattern);
      bucket?.remove(one);
      if (bucket?.isEmpty) this.#buckets.delete(pattern);
    }
  }

  /** The buckets that match a type. Nobody is in two: none of its patterns covers another one. */
  bucketsOf(type: string): Bucket[] {
    return patternsOf(type).flatMap((pattern) => this.#buckets.get(pattern) ?? []);
  }
}
