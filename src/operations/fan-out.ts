import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { fanOut } from '../deliveries/outbox/fan-out.ts';
import type { LeftToFanOut } from '../events/accepting/store-events.ts';
import { countRecipients, endRecipients, takeRecipients } from '../events/recipients.ts';
import type { StepParts } from './kind.ts';
import type { Begun, Operation, Step } from './operation.ts';

/**
 * Has the deliveries of events made that their commits do not make. Each operation is there when
 * its event is, and begins behind the webhooks that were seen.
 */
export function queueFanOuts(tx: Tx, left: LeftToFanOut[]): void {
  tx.later(
    `insert into operations (id, kind, filter, place)
     select id, 'fan_out', jsonb_build_object('event_id', event_id),
       jsonb_build_object('index', place)
     from unnest($1::uuid[], $2::uuid[], $3::integer[]) as one (id, event_id, place)`,
    [
      left.map(({ operationId }) => operationId),
      left.map(({ eventId }) => eventId),
      left.map(({ from }) => from),
    ],
  );
}

const eventIdOf = ({ filter }: Operation) => filter['event_id'] as string;

const indexOf = ({ place }: Begun) => (place as { index: number } | null)?.index ?? 0;

export async function countLeft(db: Queryable, operation: Begun): Promise<number> {
  const count = await countRecipients(db, eventIdOf(operation));
  return Math.max(0, count - indexOf(operation));
}

/**
 * Makes up to `size` deliveries, for the webhooks that were chosen when the event was stored. One
 * that was deleted since then is skipped. There is nothing left where the event is gone, or its
 * payload.
 */
export async function fanOutSome(
  { tx, queue }: StepParts,
  operation: Begun,
  size: number,
): Promise<Step> {
  const from = indexOf(operation);
  const eventId = eventIdOf(operation);
  const next = await takeRecipients(tx, { eventId, from, size });
  const webhookIds = next?.webhookIds ?? [];
  const place = next?.place ?? null;
  const made = (await fanOut(tx, [{ eventId, place, webhookIds }])).get(eventId) ?? 0;
  const isLast = next === undefined || from + webhookIds.length >= next.count;
  // What is behind the event in its key may go after the last step.
  if (made > 0 || isLast) queue.wakeForOutbox(tx, place ?? undefined);
  endRecipients(tx, { eventId, made, isLast });
  const index = from + webhookIds.length;
  return { done: made, skipped: webhookIds.length - made, place: { index }, isLast };
}

/** The webhooks that had no delivery yet get none. */
export function endFanOut(tx: Tx, operation: Operation): Promise<void> {
  endRecipients(tx, { eventId: eventIdOf(operation), made: 0, isLast: true });
  return Promise.resolve();
}
