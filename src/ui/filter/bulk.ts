import type { Schemas } from '../../client/api.ts';
import { addressOf, saysNothing, type DeliveryFilter } from './delivery-filter.ts';

/** How all that match can be redelivered, or why they cannot. */
export type BulkRedelivery =
  | { by: 'filter'; filter: Schemas['RedeliveryFilter'] }
  /** The API does not redeliver by such a filter, but by ids, of which it takes so many. */
  | { by: 'ids' }
  | { by: 'nothing'; why: string };

/** A redelivery takes so many ids at most. */
export const MOST_IDS = 1000;

export function redeliveryOf(given: DeliveryFilter): BulkRedelivery {
  const { metadata, held_reason, ordering_key, status, ...rest } = given;
  if (saysNothing(given))
    return { by: 'nothing', why: 'To redeliver many at once, first say which: by a filter.' };
  if (status === 'pending' || held_reason !== undefined)
    return {
      by: 'nothing',
      why: 'What is pending is on its way, or held: only what has ended can be redelivered.',
    };
  if (rest.failed_reason === 'erased')
    return { by: 'nothing', why: 'What was erased has no payload any more to redeliver.' };
  if (ordering_key !== undefined || Object.keys(metadata).length > 0) return { by: 'ids' };
  // The API would take those that failed where no status is given; here it is what is to be seen.
  return { by: 'filter', filter: addressOf({ ...rest, status, metadata: {} }) };
}

/** What can be erased by a filter, or why nothing can. */
export type BulkErasure = { metadata: Record<string, string> } | { why: string };

export function erasureOf({ metadata, ...others }: DeliveryFilter): BulkErasure {
  if (Object.keys(metadata).length === 0)
    return { why: 'To erase, say whose payloads: erasing goes by metadata alone.' };
  if (!saysNothing({ ...others, metadata: {} }))
    return {
      why: 'An erasure takes all that carries the metadata: take the other filters out first.',
    };
  return { metadata };
}
