import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import type { DeactivatedWebhook } from '../webhooks/health/troubled.ts';

/** What is older is looked at only so far: each of these costs a probe of an index. */
const MOST_LOOKED_AT = 1000;

/**
 * Up to `limit` webhooks that Postmand itself made inactive and that still are, the first one
 * first: those of the last `days`, and older ones for which deliveries wait.
 */
export async function deactivatedWebhooks(
  db: Queryable,
  { days, limit }: { days: number; limit: number },
): Promise<DeactivatedWebhook[]> {
  const { rows } = await db.query<DeactivatedWebhook>(
    hot(
      `select id as webhook_id, name as webhook_name, deactivated_at as since,
       deactivated_reason as reason
     from (
       select id, name, deactivated_at, deactivated_reason from webhooks
       where deactivated_at is not null and not active and deleted_at is null
       order by deactivated_at desc limit ${MOST_LOOKED_AT}
     ) as latest
     where deactivated_at > now() - make_interval(days => $1) or exists (
       select from deliveries
       where webhook_id = latest.id and held_reason = 'webhook_inactive' and parked_at is not null
     )
     order by deactivated_at, id limit $2`,
      [days, limit],
    ),
  );
  return rows;
}
