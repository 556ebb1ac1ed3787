import type { Schemas } from '../api.ts';

/** What a client can do at once about what is explained. */
export type Action = 'redeliver' | 'resume' | 'activate' | 'test' | 'skip';

export type Explanation = {
  /** What became of it, or what it waits for, in one sentence. */
  headline: string;
  /** What else is known, a sentence each, the most important first. */
  facts: string[];
  /** What somebody may do about it, a sentence each. */
  advice: string[];
  /**
   * Those of the advices that are one call of the API: `redeliver` the delivery, `resume`,
   * `activate` or `test` its webhook, `skip` what blocks its ordering key.
   */
  actions: Action[];
};

/** The line of an ordering key, as far as it is before a delivery. */
export type Line = {
  /** The first of those that wait before it. */
  first: Schemas['Delivery'] | undefined;
  /** How many wait before it; with `more` these are at least so many. */
  ahead: number;
  more: boolean;
  /** The key stands still, as a delivery of it has failed. */
  blocked: Schemas['BlockedOrderingKey'] | undefined;
};

/** What is known of a delivery. `attempts` are its latest ones, the newest first. */
export type Known = {
  delivery: Schemas['Delivery'];
  /** Undefined: it is deleted. */
  webhook: Schemas['Webhook'] | undefined;
  attempts: Schemas['DeliveryAttempt'][];
  /** Where it waits for others of its ordering key. */
  line?: Line | undefined;
};

export const explanation = (
  headline: string,
  { facts = [], advice = [], actions = [] }: Partial<Omit<Explanation, 'headline'>> = {},
): Explanation => ({ headline, facts, advice, actions });
