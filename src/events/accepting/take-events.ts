import type { Tx } from '../../database/transaction.ts';
import {
  DEFAULT_WINDOW_SECONDS,
  type IdempotentRequest,
} from '../../deliveries/idempotency/request.ts';
import { keepRequests, standingsOf } from '../../deliveries/idempotency/request-store.ts';
import type { Standing } from '../../deliveries/idempotency/standing.ts';
import type { DeliveryQueue } from '../../queue/delivery-queue.ts';
import type { Subscriptions } from '../choosing/subscriptions.ts';
import type { Event, EventDraft } from '../event.ts';
import { chooseAll } from './choose-all.ts';
import { planOf } from './plan.ts';
import { storeEvents, type QueueFanOuts } from './store-events.ts';

/** What one caller brings: an event, or several that are stored together. */
export type Caller = {
  events: (EventDraft & { id: string })[];
  request?: IdempotentRequest | undefined;
};

/**
 * What a transaction made of a caller. `made`: so many deliveries were stored as well. `done`: an
 * earlier request with its key has stored these. `crowded`: those before it in the transaction have
 * so many deliveries that it is to come again. `held`: another transaction has the key of the
 * request. `reused`: that was another request's.
 */
export type Outcome =
  | { kind: 'stored'; events: Event[]; made: number }
  | { kind: 'done'; ids: string[] }
  | { kind: 'crowded'; deliveries: number }
  | 'held'
  | 'reused';

export type TakeParts = {
  queue: DeliveryQueue;
  subscriptions: Subscriptions;
  queueFanOuts: QueueFanOuts;
  /** How long the keys of requests are kept. */
  idempotencyWindowSeconds?: number | undefined;
};

/**
 * Deliveries that callers bring into one transaction together: some 100 ms. Of one caller alone
 * there may be more.
 */
export const MOST_TOGETHER = 2000;

type Planned = ReturnType<typeof planOf>;

/**
 * Takes in what callers bring, in a transaction that was begun with `CHOOSING`. That waits for
 * whoever changes a subscription, before it has anything else; the keys of requests are tried, and
 * waited for by nobody; and the rows of webhooks are shared with those who change them. So nobody
 * can wait in a circle.
 */
export async function takeEvents(
  parts: TakeParts,
  tx: Tx,
  callers: readonly Caller[],
): Promise<Outcome[]> {
  const standings = await standingsOf(
    tx,
    callers.map(({ request }) => request),
  );
  const fresh = callers.filter((_caller, i) => standings[i]?.kind === 'new');
  const { planned, crowded } = await choose(parts, tx, fresh);
  const stored = await store(parts, tx, planned);
  return callers.map((caller, i) => {
    const standing = standings[i] ?? { kind: 'new' };
    const deliveries = crowded.get(caller);
    if (deliveries !== undefined) return { kind: 'crowded', deliveries };
    const events = stored.get(caller);
    if (events !== undefined)
      return { kind: 'stored', events, made: madeOf(planned.get(caller) ?? []) };
    return repeated(standing, (first) => stored.get(callers[first] as Caller));
  });
}

type Choice = { planned: Map<Caller, Planned>; crowded: Map<Caller, number> };

async function choose(
  { subscriptions }: TakeParts,
  tx: Tx,
  callers: readonly Caller[],
): Promise<Choice> {
  const choice: Choice = { planned: new Map(), crowded: new Map() };
  if (callers.length === 0) return choice;
  await subscriptions.refresh(tx);
  let sum = 0;
  for (const caller of callers) {
    const plan = planOf(await chooseAll(subscriptions, caller.events));
    const deliveries = madeOf(plan);
    if (sum > 0 && sum + deliveries > MOST_TOGETHER) {
      choice.crowded.set(caller, deliveries);
      continue;
    }
    sum += deliveries;
    choice.planned.set(caller, plan);
  }
  return choice;
}

const madeOf = (plan: Planned) => plan.reduce((sum, { fannedOut }) => sum + fannedOut, 0);

async function store(
  { queue, queueFanOuts, idempotencyWindowSeconds = DEFAULT_WINDOW_SECONDS }: TakeParts,
  tx: Tx,
  planned: ReadonlyMap<Caller, Planned>,
): Promise<Map<Caller, Event[]>> {
  const all = [...planned.values()].flat();
  if (all.length === 0) return new Map();
  const events = await storeEvents(tx, all, queueFanOuts);
  const done = [...planned.keys()].flatMap(({ request, events: own }) =>
    request ? [{ ...request, deliveryIds: [], eventIds: own.map(({ id }) => id) }] : [],
  );
  keepRequests(tx, done, idempotencyWindowSeconds);
  if (madeOf(all) > 0) queue.wakeForOutbox(tx);
  let from = 0;
  return new Map(
    [...planned].map(([caller, { length }]) => [caller, events.slice(from, (from += length))]),
  );
}

/** Of a request that is not new. */
function repeated(standing: Standing, storedBy: (first: number) => Event[] | undefined): Outcome {
  switch (standing.kind) {
    case 'done':
      return { kind: 'done', ids: standing.eventIds };
    case 'behind': {
      const events = storedBy(standing.first);
      // Nothing was kept: this one comes again, and may then be the first.
      if (events === undefined) return 'held';
      return standing.isSame ? { kind: 'done', ids: events.map(({ id }) => id) } : 'reused';
    }
    case 'reused':
      return 'reused';
    default:
      return 'held';
  }
}
