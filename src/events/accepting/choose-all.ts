import type { Subscriptions } from '../choosing/subscriptions.ts';
import { BatchTooWide, EventOfBatchRefused, type EventDraft } from '../event.ts';
import type { Chosen } from './plan.ts';

/**
 * Webhooks that may be chosen for all events of a batch together, and the time for that. No
 * subscription changes meanwhile, and PostgreSQL ends a transaction that is idle for 10 s.
 */
const MOST_RECIPIENTS = 100_000;
const MOST_MS = 5000;

type NewEvent = EventDraft & { id: string };

/**
 * Chooses for all events of a caller. Of an event alone there is no bound.
 * @throws EventOfBatchRefused where a batch goes too far
 */
export async function chooseAll(
  subscriptions: Pick<Subscriptions, 'choose'>,
  events: readonly NewEvent[],
  { mostRecipients = MOST_RECIPIENTS, mostMs = MOST_MS } = {},
): Promise<Chosen[]> {
  const endsAt = performance.now() + mostMs;
  const chosen: Chosen[] = [];
  let sum = 0;
  for (const [index, event] of events.entries()) {
    const recipients = await subscriptions.choose(event);
    sum += recipients.length;
    if (events.length > 1 && (sum > mostRecipients || performance.now() > endsAt))
      throw new EventOfBatchRefused(index, new BatchTooWide());
    chosen.push({ ...event, recipients });
  }
  return chosen;
}
