import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';

/** All workers of a database use this lock. The session that holds it has the turn. */
const UPKEEP_LOCK = 7_036_873_084;

/**
 * A session that holds the lock and ran nothing for so long belongs to a process that was frozen or
 * cut off. Each asks every `ASK_EVERY_MS`, which is a sign of life as well.
 */
const SILENT_SECONDS = 7;
export const ASK_EVERY_MS = 3000;

const HOLDER = `holder as materialized (
    select pid from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and (classid::bigint << 32) + objid::bigint = ${UPKEEP_LOCK}
  )`;

const IS_RECENT = `state_change between clock_timestamp() - interval '${SILENT_SECONDS} seconds'
          and clock_timestamp() + interval '${SILENT_SECONDS} seconds'`;

const IS_HOLDER_ALIVE = `exists (
        select from holder join pg_stat_activity using (pid) where ${IS_RECENT}
      )`;

/**
 * Whether the upkeep of all workers is for the session that asks: it holds the lock, or gets it, or
 * who holds it gives no sign of life. Then several may have the turn, which costs and harms
 * nothing. A role that may not see when another one was active takes it for silent, and so is a
 * sign from the future: it came before PostgreSQL's clock was set back.
 */
export const TAKE_TURN = `
  with ${HOLDER}
  select case
      when exists (select from holder where pid = pg_backend_pid()) then true
      when ${IS_HOLDER_ALIVE} then false
      else pg_try_advisory_lock(${UPKEEP_LOCK}) is not null
    end as mine`;

/**
 * The same for a worker that has no session of its own, as a pooler stands between: the turn is a
 * row with the worker that has it and the time when it asked last. A worker that holds the lock
 * goes first, and does not look at the row.
 */
export async function takeTurnByRow(tx: Tx, worker: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with ${HOLDER}
     insert into upkeep_turn as turn (worker, asked_at)
     select $1::uuid, now() where not ${IS_HOLDER_ALIVE}
     on conflict (is_only_row) do update
     set worker = excluded.worker, asked_at = excluded.asked_at
     where turn.worker = excluded.worker
       or turn.asked_at not between excluded.asked_at - interval '${SILENT_SECONDS} seconds'
         and excluded.asked_at + interval '${SILENT_SECONDS} seconds'`,
    [worker],
  );
  return rowCount === 1;
}

/** A worker that ends has no turn any more. */
export async function giveTurnBack(tx: Tx, worker: string): Promise<void> {
  await tx.query('delete from upkeep_turn where worker = $1', [worker]);
}

/** What sessions are called in which workers listen, and ask for the turn. */
export const LISTENER = 'postmand worker listen';

/**
 * Whether a worker gives signs of life: it asks for the turn, whoever has it. One that has just
 * started may take a moment. A role that may not see when others were active takes whoever listens
 * for living.
 */
export async function hasLivingWorker(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ lives: boolean }>(
    `select exists (
         select from pg_stat_activity
         where datname = current_database() and application_name = '${LISTENER}'
           and (state_change is null or ${IS_RECENT})
       ) or exists (
         select from upkeep_turn
         where asked_at between now() - interval '${SILENT_SECONDS} seconds'
           and now() + interval '${SILENT_SECONDS} seconds'
       ) as lives`,
  );
  return rows[0]?.lives === true;
}
