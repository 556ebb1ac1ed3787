import type { Queryable } from '../../database/pool.ts';

/** How it goes with a webhook, as the API and the metrics tell it. */
export type ShownState = 'healthy' | 'failing' | 'recovering' | 'paused';

/**
 * The state as an expression of SQL, over the left joined row of webhook_states. Of several the
 * first one counts that the rule in may-run.ts asks for. While a failing webhook is retried, its
 * state is stored as healthy.
 */
export const shownStateSql = (state: string) => `case
  when ${state}.failing_since is not null and ${state}.state <> 'recovering' then 'failing'
  when ${state}.paused_until > now() then 'paused'
  when ${state}.state = 'recovering' then 'recovering'
  else 'healthy'
end`;

/** What is counted of webhooks: one that is inactive has no other state. */
export const COUNTED_STATES = ['healthy', 'failing', 'recovering', 'paused', 'inactive'] as const;
export type CountedState = (typeof COUNTED_STATES)[number];

/** Counts webhooks by state. Reads all of them: for the background, not for a request. */
export async function countWebhooks(db: Queryable): Promise<Partial<Record<CountedState, number>>> {
  const { rows } = await db.query<{ state: CountedState; count: number }>(
    `select case when w.active then ${shownStateSql('s')} else 'inactive' end as state,
       count(*)::integer as count
     from webhooks w left join webhook_states s on s.webhook_id = w.id
     where w.deleted_at is null
     group by 1`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}
