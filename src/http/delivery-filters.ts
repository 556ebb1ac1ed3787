import type { DeliveryFilter } from '../deliveries/delivery-list.ts';
import type { OperationRequest } from './handler.ts';

/** What a list of deliveries and a count of them filter by, beside `created_at`. */
export function filtersOf(query: OperationRequest<'countDeliveries'>['query']): DeliveryFilter {
  return {
    webhookId: query.webhook_id?.toLowerCase(),
    status: query.status,
    failedReason: query.failed_reason,
    heldReason: query.held_reason,
    orderingKey: query.ordering_key,
    eventId: query.event_id?.toLowerCase(),
    metadata: query.metadata,
  };
}
