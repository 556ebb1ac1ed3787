import type { SharedFilter } from './shared-filters.ts';

/** A webhook that subscribes. It never changes: another one takes its place. */
export type Subscriber = {
  id: string;
  /** The beginning of the id as a number: so ids are sorted four times as fast. */
  place: number;
  version: number;
  /** Without those that another one covers. */
  patterns: string[];
  /** Null: it gets all events of its types. */
  filter: SharedFilter | null;
};

/** None, one, or several: most sets of an index have a single member, and a Set costs 200 bytes. */
export type Subscribers = Subscriber | Set<Subscriber> | undefined;

export function withSubscriber(all: Subscribers, one: Subscriber): Subscribers {
  if (all === undefined) return one;
  return all instanceof Set ? all.add(one) : new Set([all, one]);
}

export function withoutSubscriber(all: Subscribers, one: Subscriber): Subscribers {
  if (!(all instanceof Set)) return all === one ? undefined : all;
  all.delete(one);
  return all.size === 0 ? undefined : all;
}

export function sizeOf(all: Subscribers): number {
  if (all instanceof Set) return all.size;
  return all === undefined ? 0 : 1;
}

/** Adds them all to `list`. */
export function addAll(list: Subscriber[], all: Subscribers): void {
  if (all instanceof Set) for (const one of all) list.push(one);
  else if (all !== undefined) list.push(all);
}
