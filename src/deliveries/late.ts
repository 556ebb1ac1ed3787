import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { CLAIMED_DELIVERIES } from '../queue/claimed.ts';
import { hasLivingWorker } from '../queue/turn.ts';

/** What of a webhook is due and not sent. `since`: when the oldest of it became due. */
export type LateWebhook = {
  webhook_id: string;
  webhook_name: string;
  since: string;
  /** How many of those that were looked at. */
  deliveries: number;
};

/** What is due for less is on its way. */
export const LATE_SECONDS = 60;
/** What is due for as long needs somebody. */
export const VERY_LATE_SECONDS = 300;

/** Without a worker that lives nothing is sent, whether it is due or not. */
export const isAnybodySending = (db: Queryable): Promise<boolean> => hasLivingWorker(db);

/** So many that are due are looked at, in the order of their time; and of each backlog so many. */
const MOST_LOOKED_AT = 1000;
const MOST_OF_BACKLOG = 100;

/**
 * Up to `limit` webhooks with deliveries that are due, that may be sent, and that nobody is
 * sending: those first that have waited longest. They have a job that no worker has claimed, or
 * should have got one, or are the backlog of their webhook. What was redelivered with many others
 * waits as it should. Each part is read in the order of its own index.
 */
export async function lateWebhooks(db: Queryable, limit: number): Promise<LateWebhook[]> {
  const { rows } = await db.query<LateWebhook>(
    hot(
      `with late as (
       (select webhook_id, scheduled_at from deliveries
        where status = 'pending' and parked_at is null and scheduled_at <= now()
          and id::text not in (${CLAIMED_DELIVERIES})
        order by scheduled_at, id limit ${MOST_LOOKED_AT})
       union all
       (select webhook_id, scheduled_at from deliveries
        where held_reason = 'later' and scheduled_at <= now()
        order by scheduled_at, id limit ${MOST_LOOKED_AT})
       union all
       select s.webhook_id, backlog.scheduled_at
       from webhook_states s
       cross join lateral (
         select scheduled_at from deliveries
         where webhook_id = s.webhook_id and held_reason = 'backlog' and parked_at is not null
           and scheduled_at <= now()
         order by scheduled_at, id limit ${MOST_OF_BACKLOG}
       ) as backlog
       where s.over_window and s.state <> 'failing'
         and coalesce(s.paused_until, '-infinity') <= now()
     ), of_webhook as (
       select webhook_id, min(scheduled_at) as since, count(*)::integer as deliveries
       from late group by webhook_id
     )
     select one.webhook_id, w.name as webhook_name, one.since, one.deliveries
     from of_webhook as one
     cross join lateral (
       select name from webhooks
       where id = one.webhook_id and active and deleted_at is null limit 1
     ) as w
     order by one.since, one.webhook_id limit $1`,
      [limit],
    ),
  );
  return rows;
}
