import type { Schemas } from './api.ts';

export type Explanation = {
  /** What became of the delivery, or what it waits for, in one sentence. */
  headline: string;
  /** What else is known, a sentence each, the most important first. */
  facts: string[];
  /** What somebody may do about it, a sentence each. */
  advice: string[];
};

/** What is known of a delivery. `attempts` are its latest ones, the newest first. */
export type Known = {
  delivery: Schemas['Delivery'];
  webhook: Schemas['Webhook'] | undefined;
  attempts: Schemas['DeliveryAttempt'][];
};

/** Says in plain words why a delivery has arrived, or has not. `now` is the time of the reader. */
export function explainDelivery({ delivery }: Known, _now: Date): Explanation {
  const { status, scheduled_at } = delivery;
  switch (status) {
    case 'succeeded':
      return { headline: 'It has arrived.', facts: [], advice: [] };
    case 'failed':
      return { headline: 'It has failed.', facts: [], advice: [] };
    case 'pending':
      return { headline: `It is due at ${scheduled_at}.`, facts: [], advice: [] };
  }
}
