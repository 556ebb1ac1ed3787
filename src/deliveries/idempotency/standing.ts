import type { IdempotentRequest } from './request.ts';

/**
 * Where a request stands.
 * - new: it is to be done; one without a key always is.
 * - done: it was done, and made these deliveries, or these events.
 * - reused: its key was used for another request.
 * - held: it was not done, and another transaction has its key.
 * - behind: one before it in this transaction has the same key, and is new. `first` is its place.
 */
export type Standing =
  | { kind: 'new' | 'reused' | 'held' }
  | { kind: 'done'; deliveryIds: string[]; eventIds: string[] }
  | { kind: 'behind'; first: number; isSame: boolean };

/** What is kept of a request. `eventIds`: null where it created deliveries alone. */
export type KeptRequest = IdempotentRequest & {
  deliveryIds: string[];
  eventIds?: string[] | null;
};

/** `locked`: keys that this transaction has. `kept`: what is kept under them. Both by `nameOf`. */
type Known = { locked: ReadonlySet<string>; kept: ReadonlyMap<string, KeptRequest> };

/** Where each of the requests of one transaction stands, in their order. */
export function judge(
  requests: readonly (IdempotentRequest | undefined)[],
  { locked, kept }: Known,
): Standing[] {
  const firsts = new Map<string, number>();
  return requests.map((request, place) => {
    if (request === undefined) return { kind: 'new' };
    const name = nameOf(request);
    // What is kept stays as it is, whoever has the key: many repeats of a request do not wait for
    // each other.
    const before = kept.get(name);
    if (before !== undefined) {
      if (!isSame(before, request)) return { kind: 'reused' };
      const { deliveryIds, eventIds } = before;
      return { kind: 'done', deliveryIds, eventIds: eventIds ?? [] };
    }
    if (!locked.has(name)) return { kind: 'held' };
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, place);
      return { kind: 'new' };
    }
    return { kind: 'behind', first, isSame: isSame(requests[first], request) };
  });
}

/** A key as a member of sets and maps. */
export function nameOf({ key }: Pick<IdempotentRequest, 'key'>): string {
  return key.toString('base64');
}

function isSame(one: IdempotentRequest | undefined, other: IdempotentRequest): boolean {
  return one?.fingerprint.equals(other.fingerprint) ?? false;
}
