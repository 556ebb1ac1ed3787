import type { Queryable } from '../database/pool.ts';

/**
 * Up to `limit` webhooks whose failures are as many, and have lasted as long, as their
 * `failing_after` says, though no attempt has come to its end since then: an endpoint has gone
 * silent, or the next retry is far off. The rule is that of `judgeAgain`, which is asked under the
 * lock. One that has nothing to send, or is paused, is left for its next attempt. Reads all states,
 * and looks up the webhooks of those whose last attempt has failed. Their limits keep PostgreSQL
 * from reading all webhooks, or all deliveries that are pending.
 */
export async function silentWebhookIds(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select s.webhook_id as id
     from webhook_states s
     cross join lateral (
       select (failing_after ->> 'attempts')::integer as attempts,
         (failing_after ->> 'seconds')::float8 as seconds
       from webhooks where id = s.webhook_id and active and deleted_at is null limit 1
     ) as failing_after
     cross join lateral (
       select from deliveries
       where webhook_id = s.webhook_id and status = 'pending' and not test limit 1
     ) as waiting
     where s.failures_since is not null and s.failing_since is null and s.state = 'healthy'
       and s.consecutive_failures >= failing_after.attempts
       and s.failures_since <= now() - make_interval(secs => failing_after.seconds)
       and coalesce(s.paused_until, '-infinity') <= now()
     order by s.webhook_id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}
