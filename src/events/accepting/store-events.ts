import type { Tx } from '../../database/transaction.ts';
import { inStatements } from '../../deliveries/accepting/statement-size.ts';
import { fanOut } from '../../deliveries/outbox/fan-out.ts';
import {
  drawPlaces,
  insertEvents,
  noteMissing,
  shownEvent,
  type NewEvent,
} from '../event-store.ts';
import type { Event } from '../event.ts';

/**
 * An operation is to make the deliveries of an event that its commit does not. `from`: so many of
 * its webhooks were seen.
 */
export type LeftToFanOut = { operationId: string; eventId: string; from: number };

/** Adds those operations to the transaction. */
export type QueueFanOuts = (tx: Tx, left: LeftToFanOut[]) => void;

/**
 * Stores events with their first deliveries, and has the others made. @returns the events as they
 * are stored, in their order.
 */
export async function storeEvents(
  tx: Tx,
  planned: Omit<NewEvent, 'place'>[],
  queueFanOuts: QueueFanOuts,
): Promise<Event[]> {
  const events = await withPlaces(tx, planned);
  let createdAt = '';
  const sizes = { besides: recipientsLength };
  for (const some of inStatements(events, sizes)) createdAt = await insertEvents(tx, some);
  const made = await fanOut(
    tx,
    events.map(({ id, place, recipients, fannedOut }) => {
      return { eventId: id, place, webhookIds: recipients.slice(0, fannedOut) };
    }),
  );
  const left = events.flatMap(({ id, operationId, fannedOut }) =>
    operationId === null ? [] : [{ operationId, eventId: id, from: fannedOut }],
  );
  if (left.length > 0) queueFanOuts(tx, left);
  return events.map((event) => {
    const missing = event.fannedOut - (made.get(event.id) ?? 0);
    const shown = shownEvent(event, createdAt);
    if (missing === 0) return shown;
    noteMissing(tx, event.id, missing);
    return { ...shown, deliveries: event.recipients.length - missing };
  });
}

/** Of the ids of webhooks that are stored with an event: those of 1,000 events may be millions. */
function recipientsLength({ operationId, recipients }: NewEvent): number {
  return operationId === null ? 0 : recipients.length * 37;
}

/**
 * All deliveries of an event with an ordering key have one place, so that those that are made later
 * still come before what is posted after the event. Without a key, each has its own.
 */
async function withPlaces(tx: Tx, planned: Omit<NewEvent, 'place'>[]): Promise<NewEvent[]> {
  const isPlaced = ({ orderingKey }: (typeof planned)[number]) => orderingKey !== undefined;
  const places = await drawPlaces(tx, planned.filter(isPlaced).length);
  return planned.map((event) => {
    return { ...event, place: isPlaced(event) ? (places.shift() ?? null) : null };
  });
}
