import type { Tx } from '../../database/transaction.ts';
import { fanOut } from '../../deliveries/outbox/fan-out.ts';
import { planOf } from '../accepting/plan.ts';
import type { QueueFanOuts } from '../accepting/store-events.ts';
import type { Subscriptions } from '../choosing/subscriptions.ts';
import {
  lockEmitted,
  noteChosen,
  noteFaults,
  type ChosenEvent,
  type Emitted,
  type FaultyEvent,
} from './emitted-store.ts';

/** Deliveries behind which no other event is begun with in the same transaction. */
const ENOUGH = 2000;

export type EmittedParts = { subscriptions: Subscriptions; queueFanOuts: QueueFanOuts };

/** An event, with what is wrong with it. */
export type Checked = Emitted & { fault: string | undefined };

/**
 * `last`: the place up to which these were looked at; undefined: there were none. `first`: the
 * lowest place of a delivery that was stored with that of its event. Events that somebody else has
 * are in none of the lists.
 */
export type TakenEmitted = {
  chosen: ChosenEvent[];
  faulty: FaultyEvent[];
  first: number;
  last: number | undefined;
};

type Chosen = Checked & { recipients: string[] };

/**
 * Chooses who gets events, and stores their deliveries in the outbox, in a transaction that was
 * begun with `CHOOSING`. Events at fault go to nobody. Where these have many deliveries, only some
 * of the events are taken: the first ones.
 */
export async function takeEmitted(
  { subscriptions, queueFanOuts }: EmittedParts,
  tx: Tx,
  events: Checked[],
): Promise<TakenEmitted> {
  const ours = await lockEmitted(
    tx,
    events.map(({ id }) => id),
  );
  await subscriptions.refresh(tx);
  const some: Chosen[] = [];
  const faulty: FaultyEvent[] = [];
  let last: number | undefined;
  let deliveries = 0;
  for (const event of events) {
    if (deliveries >= ENOUGH) break;
    last = event.place;
    const { id, type, fault } = event;
    if (!ours.has(id)) continue;
    if (fault === undefined) {
      const recipients = await subscriptions.choose(event);
      deliveries += recipients.length;
      some.push({ ...event, recipients });
    } else faulty.push({ id, type, fault });
  }
  const chosen = await store(queueFanOuts, tx, some);
  noteChosen(tx, chosen);
  noteFaults(tx, faulty);
  const places = some.flatMap(({ key, place }) => (key === null ? [] : [place]));
  return { chosen, faulty, first: Math.min(...places, Infinity), last };
}

async function store(queueFanOuts: QueueFanOuts, tx: Tx, events: Chosen[]): Promise<ChosenEvent[]> {
  const places = new Map(events.map(({ id, key, place }) => [id, key === null ? null : place]));
  const planned = planOf(events);
  const made = await fanOut(
    tx,
    planned.map(({ id, recipients, fannedOut }) => {
      const webhookIds = recipients.slice(0, fannedOut);
      return { eventId: id, place: places.get(id) ?? null, webhookIds };
    }),
  );
  const left = planned.flatMap(({ id, operationId, fannedOut }) =>
    operationId === null ? [] : [{ operationId, eventId: id, from: fannedOut }],
  );
  if (left.length > 0) queueFanOuts(tx, left);
  return planned.map(({ id, recipients, operationId }) => {
    return { id, recipients, operationId, made: made.get(id) ?? 0 };
  });
}
