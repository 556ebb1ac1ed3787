import { findWithoutPayloads, withPayload } from '../delivery-store.ts';
import type { NewDelivery, StoredDelivery } from './insert-deliveries.ts';
import type { Delivery } from '../delivery.ts';
import type { IdempotentRequest } from '../idempotency/request.ts';
import type { Standing } from '../idempotency/standing.ts';
import type { Tx } from '../../database/transaction.ts';

/**
 * What became of a draft. `replayed`: an earlier request with its Idempotency-Key has stored it,
 * and `gone`: that one's delivery does not exist any more.
 */
export type Accepted =
  | { kind: 'stored'; delivery: Delivery }
  | { kind: 'replayed'; delivery: Delivery }
  | { kind: 'webhook_missing' }
  | { kind: 'gone' };

/** What one caller brings. */
export type Caller = { drafts: NewDelivery[]; request?: IdempotentRequest | undefined };

/** Those that a transaction has stored, by their ids. */
export type Stored = Map<string, StoredDelivery>;

/**
 * What a transaction made of the drafts of a caller, or why it stored none of them. `passed_over`:
 * a webhook of theirs does not exist, or somebody is removing it. `held`: another transaction has
 * the key of the request. `reused`: that key was used for another request.
 */
export type Outcome = Accepted[] | 'passed_over' | 'held' | 'reused';

/** `passedOver`: callers of whose drafts nothing was stored. */
type Made = { standings: Standing[]; stored: Stored; passedOver: ReadonlySet<Caller> };

/** What a transaction made of each of its callers. Deliveries of requests done before are read. */
export async function outcomesOf(tx: Tx, callers: Caller[], made: Made): Promise<Outcome[]> {
  const { standings, stored, passedOver } = made;
  const ids = standings.flatMap((one) => (one.kind === 'done' ? one.deliveryIds : []));
  const done = ids.length === 0 ? new Map() : await findWithoutPayloads(tx, ids);
  return callers.map((caller, i): Outcome => {
    const standing = standings[i] ?? { kind: 'new' };
    switch (standing.kind) {
      case 'new':
        return passedOver.has(caller) ? 'passed_over' : resultsOf(caller, stored);
      case 'done':
        return replayOf(caller, (place) => done.get(standing.deliveryIds[place] ?? ''));
      case 'behind': {
        const first = callers[standing.first] as Caller;
        // Nothing was kept: this one comes again, and may then be the first.
        if (passedOver.has(first)) return 'held';
        if (!standing.isSame) return 'reused';
        return replayOf(caller, (place) => stored.get(first.drafts[place]?.id ?? '')?.delivery);
      }
      default:
        return standing.kind;
    }
  });
}

function resultsOf({ drafts }: Caller, stored: Stored): Accepted[] {
  return drafts.map(({ id }) => {
    const one = stored.get(id);
    return one === undefined
      ? { kind: 'webhook_missing' }
      : { kind: 'stored', delivery: one.delivery };
  });
}

type Shown = Omit<Delivery, 'payload'>;

/** The payload is the draft's: the fingerprints are the same, so the payloads are. */
function replayOf(
  { drafts }: Caller,
  deliveryAt: (place: number) => Shown | undefined,
): Accepted[] {
  return drafts.map(({ payload }, place) => {
    const found = deliveryAt(place);
    if (found === undefined) return { kind: 'gone' };
    return { kind: 'replayed', delivery: withPayload(found, payload) };
  });
}
