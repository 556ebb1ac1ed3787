/** All workers of a database use this lock. The session that holds it has the turn. */
const UPKEEP_LOCK = 7_036_873_084;

/**
 * A session that holds the lock and ran nothing for so long belongs to a process that was frozen or
 * cut off. Each asks every `ASK_EVERY_MS`, which is a sign of life as well.
 */
const SILENT_SECONDS = 7;
export const ASK_EVERY_MS = 3000;

/**
 * Whether the upkeep of all workers is for the session that asks: it holds the lock, or gets it, or
 * who holds it gives no sign of life. Then several may have the turn, which costs and harms
 * nothing. A role that may not see when another one was active takes it for silent, and so is a
 * sign from the future: it came before PostgreSQL's clock was set back.
 */
export const TAKE_TURN = `
  with holder as materialized (
    select pid from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and (classid::bigint << 32) + objid::bigint = ${UPKEEP_LOCK}
  )
  select case
      when exists (select from holder where pid = pg_backend_pid()) then true
      when exists (
        select from holder join pg_stat_activity using (pid)
        where state_change between clock_timestamp() - interval '${SILENT_SECONDS} seconds'
          and clock_timestamp() + interval '${SILENT_SECONDS} seconds'
      ) then false
      else pg_try_advisory_lock(${UPKEEP_LOCK}) is not null
    end as mine`;
