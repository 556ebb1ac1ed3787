import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { State } from './webhook-state.ts';
import type { Limits } from './limits/window.ts';

/**
 * When the held deliveries of a webhook are looked at. A webhook that has none needs no time, and
 * mostly no row. Whatever a time promised, the repair finds without it.
 */

/** Looks at the held deliveries of these webhooks soon. Unknown ids are left out. */
export function wakeWebhooks(tx: Tx, ids: string[]): Promise<void> {
  return flagAndWake(tx, { flagged: [], woken: ids });
}

/** From now on what comes for these webhooks is held as their backlog, which is looked at soon. */
export function flagOverWindow(tx: Tx, ids: string[]): Promise<void> {
  return flagAndWake(tx, { flagged: ids, woken: [] });
}

/**
 * Both of these, in one statement: who settles locks the states of several webhooks, in the order
 * of their ids as well, and two statements one after the other could wait for each other with it.
 */
export async function flagAndWake(
  tx: Tx,
  { flagged, woken }: { flagged: string[]; woken: string[] },
): Promise<void> {
  await tx.query(
    `insert into webhook_states as s (webhook_id, over_window, wake_at)
     select id, id = any ($1::uuid[]), now() from webhooks
     where id = any ($1::uuid[] || $2::uuid[]) order by id
     on conflict (webhook_id) do update
     set over_window = s.over_window or excluded.over_window,
       wake_at = least(s.wake_at, excluded.wake_at)
     where excluded.over_window and not s.over_window or s.webhook_id = any ($2::uuid[])`,
    [flagged, woken],
  );
}

/** `overWindow`: what comes for it is held as its backlog. */
export type WindowState = { overWindow: boolean };

/** What decides how many jobs webhooks may have; those that are unknown are left out. */
export async function findWindowStates(
  db: Queryable,
  ids: string[],
): Promise<Map<string, WindowState & Limits>> {
  const { rows } = await db.query<WindowState & Limits & { id: string }>(
    `select w.id, w.max_concurrency, w.rate_limit, coalesce(s.over_window, false) as "overWindow"
     from webhooks w left join webhook_states s on s.webhook_id = w.id
     where w.id = any ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ id, ...state }) => [id, state]));
}

/** As an expression of SQL: the held deliveries of a webhook are to be looked at now. */
export const IS_WEBHOOK_DUE = `coalesce((
  select wake_at from webhook_states where wake_at is not null order by wake_at limit 1
) <= now(), false)`;

/**
 * Webhooks whose held deliveries are to be looked at now: those that have waited longest. One that
 * is being deleted would stay at the front for as long as that takes.
 */
export async function dueWebhookIds(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select w.id
     from webhook_states s join webhooks w on w.id = s.webhook_id
     where s.wake_at <= now() and w.deleted_at is null
     order by s.wake_at limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** What decides what is released of a webhook, as it is now. */
export type DueState = {
  active: boolean;
  state: State;
  over_window: boolean;
  /** Its owner asks to have its deliveries held while it is failing. */
  holds: boolean;
  /** The time since it began to recover, in seconds; null: it does not recover. */
  recoveringSeconds: number | null;
  /** Seconds until its pause ends: 0 where it has none, and null where the pause has no end. */
  pausedSeconds: number | null;
};

/**
 * `pauseEnded`: it had a pause, whose time has come since it was looked at. `failingSince`: since
 * when it is failing, in seconds since 1970; null: it is not.
 */
type TakenState = DueState & Limits & { pauseEnded: boolean; failingSince: number | null };

/**
 * Takes the state of a webhook, until the transaction ends, where it is due and nobody else has it.
 */
export async function takeDueState(tx: Tx, id: string): Promise<TakenState | undefined> {
  const { rows } = await tx.query<TakenState>(
    `select w.active, w.max_concurrency, w.rate_limit, s.state, s.over_window,
       w.on_failing = 'hold' as holds,
       extract(epoch from now() - s.recovering_since)::float8 as "recoveringSeconds",
       extract(epoch from s.failing_since)::float8 as "failingSince",
       case
         when s.paused_until = 'infinity' then null
         when s.paused_until > now() then extract(epoch from s.paused_until - now())::float8
         else 0
       end as "pausedSeconds",
       coalesce(s.paused_until <= now(), false) as "pauseEnded"
     from webhook_states s join webhooks w on w.id = s.webhook_id
     where s.webhook_id = $1 and s.wake_at <= now() and w.deleted_at is null
     for update of s skip locked`,
    [id],
  );
  return rows[0];
}

/** `wakeSeconds` is the time until the next look; null: there is none until something changes. */
export type NextLook = { overWindow: boolean; wakeSeconds: number | null };

/** Notes when the held deliveries of a webhook are looked at next. A pause that is over is gone. */
export async function setNextLook(
  tx: Tx,
  id: string,
  { overWindow, wakeSeconds }: NextLook,
): Promise<void> {
  await tx.query(
    `update webhook_states
     set over_window = $2, wake_at = now() + make_interval(secs => $3::float8),
       paused_until = case when paused_until > now() then paused_until end
     where webhook_id = $1`,
    [id, overWindow, wakeSeconds],
  );
}
