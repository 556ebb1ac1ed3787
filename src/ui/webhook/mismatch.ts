import type { Schemas } from '../../client/api.ts';

type Mismatch = NonNullable<Schemas['WebhookPreview']['mismatch']>;

/** Why a webhook does not get an event, in a sentence each. */
export const MISMATCHES: Record<Mismatch, string> = {
  not_subscribed: 'It subscribes to no events at all.',
  event_types: 'None of its event types matches this one.',
  filter: 'Its filter does not match the payload and metadata, or cannot say.',
  unreadable: 'Its subscription was written into the database by hand, and has no meaning.',
};
