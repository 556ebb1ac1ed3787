import type { Schemas } from '../../client/api.ts';

/** What is needed to do something with a webhook. */
export type ActionParts = {
  webhook: Schemas['Webhook'];
  /** Something was done to the webhook. */
  changed: () => void;
};
