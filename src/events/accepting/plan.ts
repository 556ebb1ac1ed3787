import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../event-store.ts';
import type { EventDraft } from '../event.ts';

/** Deliveries of an event that are stored in its own commit. An operation makes the others. */
const MOST_OF_EVENT = 1000;

/** The same of all the events that are stored together for one caller. */
const MOST_OF_CALLER = 5000;

/** An event that is to be stored, with the webhooks that were chosen for it. */
export type Chosen = EventDraft & { id: string; recipients: string[] };

/**
 * How many deliveries of each event are made at once: the first events get theirs while there is
 * room for them.
 */
export function planOf(
  events: readonly Chosen[],
  { ofEvent = MOST_OF_EVENT, ofAll = MOST_OF_CALLER } = {},
): Omit<NewEvent, 'place'>[] {
  let left = ofAll;
  return events.map((event) => {
    const count = event.recipients.length;
    const fannedOut = Math.min(count, ofEvent, left);
    left -= fannedOut;
    return { ...event, fannedOut, operationId: fannedOut < count ? randomUUID() : null };
  });
}
