import type { Schemas } from '../api.ts';
import { ageMs, distance } from './time-words.ts';

/** How it goes with a webhook, in one word: that of the API, or that it is inactive. */
export type WebhookWord = Schemas['WebhookHealth']['state'] | 'inactive';

export const webhookWord = ({ active, health }: Schemas['Webhook']): WebhookWord =>
  active ? health.state : 'inactive';

const HELD_WORDS: Record<NonNullable<Schemas['Delivery']['held_reason']>, string> = {
  webhook_inactive: 'held: webhook inactive',
  endpoint_failing: 'held: endpoint failing',
  endpoint_paused: 'held: webhook paused',
  ordered: 'waits for its ordering key',
  imported: 'waits after the import',
  scheduled: 'scheduled',
};

/** Where a delivery stands, in a few words for a table. */
export function deliveryWords(delivery: Schemas['Delivery'], now: Date): string {
  const { status, held_reason, failed_reason, scheduled_at, delivery_attempts } = delivery;
  if (status === 'succeeded') return 'succeeded';
  if (status === 'failed') return failed_reason === null ? 'failed' : `failed: ${failed_reason}`;
  const when = ageMs(scheduled_at, now) < 0 ? distance(new Date(scheduled_at), now) : 'due';
  if (held_reason === 'scheduled') return `${HELD_WORDS.scheduled} ${when}`;
  if (held_reason !== null) return HELD_WORDS[held_reason];
  if (when !== 'due') return delivery_attempts > 0 ? `retry ${when}` : `due ${when}`;
  return `due ${distance(new Date(scheduled_at), now)}`;
}
