/** Where a delivery stands. Only `pending` ever changes. */
export type Status = 'pending' | 'succeeded' | 'failed';

/**
 * Why a pending delivery has no job: its webhook is inactive, or it came with a database taken over
 * and waits its turn.
 */
export const HELD_REASONS = ['webhook_inactive', 'imported'] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/**
 * A payload on its way to a webhook. Named as the columns and as the API's fields; times are RFC
 * 3339 text.
 */
export type Delivery = {
  id: string;
  webhook_id: string;
  payload: string;
  scheduled_at: string;
  delivery_attempts: number;
  status: Status;
  held_reason: HeldReason | null;
  created_at: string;
  updated_at: string;
};

export class DeliveryNotFound extends Error {
  override name = 'DeliveryNotFound';
}
