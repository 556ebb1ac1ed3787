import type { Webhook } from '../webhooks/webhook.ts';
import type { HeldReason } from './delivery.ts';

/**
 * May it run? Why deliveries of a webhook may not run now: the first reason that holds counts, and
 * null says that they may. The rule stands here twice, in TypeScript for claims and in SQL for what
 * accepts and releases; a test holds the two equal.
 */
export function heldReason({ active }: Pick<Webhook, 'active'>): HeldReason | null {
  if (!active) return 'webhook_inactive';
  return null;
}

/** The rule as an expression of SQL. `webhook` is the name that the statement has for the row. */
export const heldReasonSql = (webhook: string) =>
  `case when not ${webhook}.active then 'webhook_inactive' end`;
