import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { shownStateSql, type ShownState } from '../webhooks/health/shown-state.ts';
import { masked, type MaskedWebhook } from '../webhooks/request/masked.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import { SHOWN_REASONS } from './delivery.ts';

/** How it goes with a webhook, as the API tells it; times are RFC 3339 text. */
type WebhookHealth = {
  state: ShownState;
  consecutive_failures: number;
  failing_since: string | null;
  /** Up to a minute before the last one: not every success is noted. */
  last_success_at: string | null;
  last_failure_at: string | null;
  /** Null where it is not paused, or without end. */
  paused_until: string | null;
  /** Its held deliveries; `MOST_COUNTED` stands for that many and more. */
  held: number;
};

/**
 * Counting goes no further: a page of 50 webhooks that hold as many takes 40 ms, or 350 ms where
 * VACUUM has not seen their deliveries yet, and with 10,000 each it took 4 s.
 */
const MOST_COUNTED = 1000;

/** What the API shows of a webhook. Its type has no value that is secret but `secret_token`. */
export type ShownWebhook = MaskedWebhook & { health: WebhookHealth };

/** Webhooks with their health, in their order. */
export async function withHealth(db: Queryable, webhooks: Webhook[]): Promise<ShownWebhook[]> {
  if (webhooks.length === 0) return [];
  const { rows } = await db.query<WebhookHealth & { id: string }>(
    `select asked.id,
       ${shownStateSql('s')} as state,
       coalesce(s.consecutive_failures, 0) as consecutive_failures, s.failing_since,
       s.last_success_at, s.last_failure_at,
       case when s.paused_until > now() and isfinite(s.paused_until) then s.paused_until end
         as paused_until,
       ${heldSql(String(MOST_COUNTED))} as held
     from unnest($1::uuid[]) as asked (id)
     left join webhook_states s on s.webhook_id = asked.id`,
    [webhooks.map(({ id }) => id), SHOWN_REASONS],
  );
  const found = new Map(rows.map(({ id, ...health }) => [id, health]));
  return webhooks.map((one) => ({ ...masked(one), health: found.get(one.id) ?? HEALTHY }));
}

/** How many deliveries of each webhook are held for a reason that the API shows, up to `most`. */
export async function countHeld(
  db: Queryable,
  webhookIds: string[],
  most: number,
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; held: number }>(
    hot(`select asked.id, ${heldSql('$3')} as held from unnest($1::uuid[]) as asked (id)`, [
      webhookIds,
      SHOWN_REASONS,
      most,
    ]),
  );
  return new Map(rows.map(({ id, held }) => [id, held]));
}

/** Of the webhook `asked.id`; the reasons are the parameter 2. */
const heldSql = (most: string) => `(select count(*)::integer from (
    select from deliveries
    where webhook_id = asked.id and parked_at is not null and held_reason = any ($2::text[])
    limit ${most}
  ) as counted)`;

const HEALTHY: WebhookHealth = {
  state: 'healthy',
  consecutive_failures: 0,
  failing_since: null,
  last_success_at: null,
  last_failure_at: null,
  paused_until: null,
  held: 0,
};

/** A webhook that was created just now. */
export const withoutTrouble = (webhook: Webhook): ShownWebhook => ({
  ...masked(webhook),
  health: HEALTHY,
});
