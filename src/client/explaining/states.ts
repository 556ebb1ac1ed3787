import type { Schemas } from '../api.ts';
import { ageMs, count, distance } from './time-words.ts';

/** How it goes with a webhook, in one word: that of the API, or that it is inactive. */
export type WebhookWord = Schemas['WebhookHealth']['state'] | 'inactive';

export const webhookWord = ({ active, health }: Schemas['Webhook']): WebhookWord =>
  active ? health.state : 'inactive';

/** How good a state is: `calm` is neither good nor bad. */
export type Tone = 'well' | 'warn' | 'bad' | 'calm';

/** A state in a few words. */
export type Standing = { tone: Tone; words: string };

const TONES: Record<WebhookWord, Tone> = {
  healthy: 'well',
  recovering: 'warn',
  failing: 'bad',
  paused: 'calm',
  inactive: 'calm',
};

/**
 * How it goes with a webhook, in a few words for a table. The API calls it healthy until as many
 * attempts have failed as `failing_after` says, and before the first one too: here that is told
 * apart. That Postmand itself made it inactive is a fault.
 */
export function webhookStanding(webhook: Schemas['Webhook']): Standing {
  const word = webhookWord(webhook);
  if (word === 'inactive' && webhook.deactivated_reason !== null)
    return { tone: 'bad', words: 'deactivated' };
  if (word === 'healthy') return healthyStanding(webhook.health);
  return { tone: TONES[word], words: word };
}

function healthyStanding(health: Schemas['WebhookHealth']): Standing {
  const { consecutive_failures: failures, last_success_at, last_failure_at } = health;
  if (failures === 1) return { tone: 'warn', words: 'healthy, the last attempt failed' };
  if (failures > 1)
    return { tone: 'warn', words: `healthy, the last ${count(failures)} attempts failed` };
  if (last_success_at === null && last_failure_at === null)
    return { tone: 'calm', words: 'no attempt yet' };
  return { tone: TONES.healthy, words: 'healthy' };
}

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
