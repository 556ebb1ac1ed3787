import { memberOf, type Need, type Scalar } from '../../webhooks/subscription/condition.ts';
import { NOT_JSON, type Looked } from '../../webhooks/subscription/filter.ts';
import {
  addAll,
  sizeOf,
  withoutSubscriber,
  withSubscriber,
  type Subscriber,
  type Subscribers,
} from './subscriber.ts';

/** Those that need one of some values at the same place, by each of the values. */
type Place = { path: string[]; byValue: Map<Scalar, Subscribers> };

/**
 * The subscribers of one pattern. Where a filter can match only with one of some values at a place
 * of the event, its webhook is found by the value: of 10,000 that each want the events of their own
 * customer, one is looked at.
 */
export class Bucket {
  #others: Subscribers;
  readonly #places = new Map<string, Place>();
  /** By which need each is kept; those in `#others` have none. */
  readonly #needs = new Map<Subscriber, Need>();
  #lookingAtPayload = 0;

  get isEmpty(): boolean {
    return this.#others === undefined && this.#needs.size === 0;
  }

  /** Whether a filter in it looks at the payload. */
  get looksAtPayload(): boolean {
    return this.#lookingAtPayload > 0;
  }

  add(one: Subscriber): void {
    if (one.filter?.looksAtPayload) this.#lookingAtPayload += 1;
    const need = this.#rarest(one.filter?.needs ?? []);
    if (need === undefined) {
      this.#others = withSubscriber(this.#others, one);
      return;
    }
    this.#needs.set(one, need);
    const { byValue } = this.#placeOf(need);
    for (const value of need.values) byValue.set(value, withSubscriber(byValue.get(value), one));
  }

  remove(one: Subscriber): void {
    if (one.filter?.looksAtPayload) this.#lookingAtPayload -= 1;
    const need = this.#needs.get(one);
    if (need === undefined) {
      this.#others = withoutSubscriber(this.#others, one);
      return;
    }
    this.#needs.delete(one);
    const { byValue } = this.#placeOf(need);
    for (const value of need.values) {
      const left = withoutSubscriber(byValue.get(value), one);
      if (left === undefined) byValue.delete(value);
      else byValue.set(value, left);
    }
    if (byValue.size === 0) this.#places.delete(keyOf(need));
  }

  /** Adds those to `list` that may match the event; whether they do, their filters say. */
  addCandidates(list: Subscriber[], event: Looked): void {
    addAll(list, this.#others);
    for (const { path, byValue } of this.#places.values()) {
      const value = valueAt(event, path);
      // What is no scalar is no key of the map either.
      addAll(list, byValue.get(value as Scalar));
    }
  }

  /** The need that the fewest others have: of a customer rather than of a country. */
  #rarest(needs: Need[]): Need | undefined {
    const [first, ...others] = needs.map((need) => ({ need, count: this.#countOf(need) }));
    if (first === undefined) return undefined;
    return others.reduce((rarest, one) => (one.count < rarest.count ? one : rarest), first).need;
  }

  #countOf(need: Need): number {
    const byValue = this.#places.get(keyOf(need))?.byValue;
    return Math.max(0, ...need.values.map((value) => sizeOf(byValue?.get(value))));
  }

  #placeOf(need: Need): Place {
    const key = keyOf(need);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = { path: need.path, byValue: new Map<Scalar, Subscribers>() };
    this.#places.set(key, place);
    return place;
  }
}

const keyOf = ({ path }: Need) => JSON.stringify(path);

/** Undefined: there is none. */
function valueAt(event: Looked, [first, ...names]: string[]): unknown {
  const root = first === 'payload' ? event.payload : event.metadata;
  if (root === NOT_JSON) return undefined;
  return names.reduce<unknown>(memberOf, root);
}
