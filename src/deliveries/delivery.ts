import type { Metadata } from '../webhooks/metadata.ts';

/**
 * Where a delivery stands. Only `pending` changes by itself; a redelivery makes one pending again.
 */
export const STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type Status = (typeof STATUSES)[number];

/**
 * Why a pending delivery has no job, as the API tells it: its webhook is inactive, failing or
 * paused, an earlier delivery of its ordering key is not done, or it came with a database taken
 * over and waits its turn. Beside these the API says `scheduled` of one whose client asked for a
 * later time.
 */
export const SHOWN_REASONS = [
  'webhook_inactive',
  'endpoint_failing',
  'endpoint_paused',
  'ordered',
  'imported',
] as const;
export type ShownReason = (typeof SHOWN_REASONS)[number] | 'scheduled';

/**
 * Reasons of our own, which keep the queue small. For the API these deliveries are simply pending:
 * `later` is not due for a while, `backlog` waits as its webhook has as many jobs as it may,
 * `redelivery` is sent again with many others, behind what is new, and `outbox` was committed by
 * an application and is to be taken in.
 */
const QUIET_REASONS = ['later', 'backlog', 'redelivery', 'outbox'] as const;
export const HELD_REASONS = [...SHOWN_REASONS, ...QUIET_REASONS] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** The reason as the API tells it. `isAhead`: the time that its client asked for is to come. */
export function shownReason(reason: HeldReason | null, isAhead = false): ShownReason | null {
  switch (reason) {
    case null:
    case 'later':
    case 'backlog':
    case 'redelivery':
    case 'outbox':
      return isAhead ? 'scheduled' : null;
    default:
      return reason;
  }
}

/** It is held back, and does not only wait for the time that its client asked for. */
export function isShownHeld({ held_reason }: Pick<Delivery, 'held_reason'>): boolean {
  return held_reason !== null && held_reason !== 'scheduled';
}

/** Whether the API tells no reason for this one, as an expression of SQL. */
export const isQuietSql = (reason: string) =>
  `coalesce(${reason}, 'later') in (${QUIET_REASONS.map((one) => `'${one}'`).join(', ')})`;

/** The same as `shownReason` in SQL, of a row of deliveries. */
export const SHOWN_REASON = `case
  when not ${isQuietSql('held_reason')} then held_reason
  when send_at > now() and status = 'pending' then 'scheduled' end`;

/**
 * Why a delivery failed. `attempts`: it has had all that its webhook allows. `poison`: so it has,
 * and the process that made the last of them ended with it. `expired`: its time ran out. `erased`:
 * an erasure took its payload before it was sent.
 */
export const FAILED_REASONS = ['attempts', 'expired', 'poison', 'erased'] as const;
export type FailedReason = (typeof FAILED_REASONS)[number];

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
  /** Those of them that count against the attempts that its webhook allows. */
  budget_used: number;
  redeliveries: number;
  status: Status;
  held_reason: ShownReason | null;
  ordering_key: string | null;
  /** Its place among those of its key; null without one. */
  sequence: number | null;
  /** Null also for those that failed under a version that did not note it. */
  failed_reason: FailedReason | null;
  /** Before then it is not attempted. */
  send_at: string | null;
  /** From then on it is not attempted any more, whatever its webhook's max_delivery_age says. */
  expires_at: string | null;
  /** A client made it to try its webhook out: one attempt, whatever state the webhook has. */
  test: boolean;
  metadata: Metadata;
  /** The event that it tells of, whose payload it has; null: it was made alone. */
  event_id: string | null;
  /** Of the call that made it; null: it told of no trace. */
  traceparent: string | null;
  /** When its payload went, which is empty since then. */
  payload_removed_at: string | null;
  created_at: string;
  updated_at: string;
};

export class DeliveryNotFound extends Error {
  override name = 'DeliveryNotFound';
}
