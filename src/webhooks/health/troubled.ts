import type { Queryable } from '../../database/pool.ts';
import { hot } from '../../database/statement-names.ts';
import type { Webhook } from '../webhook.ts';

/** A webhook of which something is to be told, and since when. Times are RFC 3339 text. */
type NamedWebhook = { webhook_id: string; webhook_name: string };

/** `holds`: its deliveries are held meanwhile. */
export type FailingWebhook = NamedWebhook & {
  since: string;
  consecutive_failures: number;
  holds: boolean;
};

/** `until` is null where somebody has to end the pause. */
export type PausedWebhook = NamedWebhook & { until: string | null };

/** Postmand itself made it inactive, for this reason. */
export type DeactivatedWebhook = NamedWebhook & {
  since: string;
  reason: NonNullable<Webhook['deactivated_reason']>;
};

/**
 * Up to `limit` active webhooks that are failing, those first that have failed longest. It reads
 * the states of all, 1 ms for 10,000, and looks up one webhook after the other until there are
 * enough: that a limit stands in the subquery keeps PostgreSQL from reading all of those too.
 */
export async function failingWebhooks(db: Queryable, limit: number): Promise<FailingWebhook[]> {
  const { rows } = await db.query<FailingWebhook>(
    hot(
      `select s.webhook_id, w.name as webhook_name, s.failing_since as since,
       s.consecutive_failures, w.on_failing = 'hold' as holds
     from webhook_states s
     cross join lateral (
       select name, on_failing from webhooks
       where id = s.webhook_id and active and deleted_at is null limit 1
     ) as w
     where s.failing_since is not null and s.state <> 'recovering'
     order by s.failing_since, s.webhook_id limit $1`,
      [limit],
    ),
  );
  return rows;
}

/** Up to `limit` active webhooks that are paused and not failing, the longest pause first. */
export async function pausedWebhooks(db: Queryable, limit: number): Promise<PausedWebhook[]> {
  const { rows } = await db.query<PausedWebhook>(
    hot(
      `select s.webhook_id, w.name as webhook_name,
       case when isfinite(s.paused_until) then s.paused_until end as until
     from webhook_states s
     cross join lateral (
       select name from webhooks
       where id = s.webhook_id and active and deleted_at is null limit 1
     ) as w
     where s.paused_until > now() and (s.failing_since is null or s.state = 'recovering')
     order by s.paused_until desc, s.webhook_id limit $1`,
      [limit],
    ),
  );
  return rows;
}
