import type { Tx } from '../database/transaction.ts';
import { QUEUE } from './names.ts';

/**
 * An owner that has not been heard of for this long has lost its claims. Each claim has its lease
 * in its row (`heartbeat_seconds`), so that another version may have another one.
 */
export const LEASE_SECONDS = 10;

/**
 * The lease of claims by workers that write none into the row, as those of version 2.1. Such a
 * worker gives its sends up after 13 to 17 s, so nobody else may have them sooner. A job that is
 * not claimed has this lease.
 */
export const UNWRITTEN_LEASE_SECONDS = 20;

/** The latest sign of a job's owner, as the database's clock saw it, and the lease of the claim. */
export type Heartbeat = { jobId: string; at: string; leaseSeconds: number };

/** What active jobs say when no lease has run out, or those that did were ended. */
export type LeasesAhead = {
  /** Heartbeats from the future. */
  future: Heartbeat[];
  /** Time until the first lease of the others runs out. Undefined: there are no others. */
  nextEndMs: number | undefined;
};

/**
 * The longest pause between two looks at the leases, and the shortest. A claim that is made after a
 * look has a longer lease than the longest pause.
 */
const LONGEST_PAUSE_MS = 5000;
const SHORTEST_PAUSE_MS = 500;

/** PostgreSQL's time must have passed the end of a lease, not only have reached it. */
const PASSED_MS = 20;

/** @returns the milliseconds until somebody has to look at the leases again. */
export function pauseUntilNextEnd({ future, nextEndMs }: LeasesAhead): number {
  const untilEnd = (nextEndMs ?? Infinity) + PASSED_MS;
  const longest = future.length > 0 ? LONGEST_PAUSE_MS / 5 : LONGEST_PAUSE_MS;
  return Math.min(longest, Math.max(SHORTEST_PAUSE_MS, untilEnd));
}

/**
 * Heartbeats from the future. Where PostgreSQL's clock was set back, those of dead owners would
 * look fresh until the clock has caught up. A living owner's changes every few seconds, so one that
 * stays the same for a lease, by a clock that nobody sets, is a dead one's.
 */
export class FutureHeartbeats {
  #known = new Map<string, { heartbeat: Heartbeat; since: number }>();
  readonly #now: () => number;

  /** `now` is in milliseconds and never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes what was seen now, in the place of what was noted before. */
  note(seen: Heartbeat[]): void {
    const since = this.#now();
    const known = this.#known;
    this.#known = new Map(
      seen.map((heartbeat) => {
        const before = known.get(heartbeat.jobId);
        return [
          heartbeat.jobId,
          before?.heartbeat.at === heartbeat.at ? before : { heartbeat, since },
        ];
      }),
    );
  }

  /** Heartbeats that have not changed for a lease. */
  overdue(): Heartbeat[] {
    const now = this.#now();
    return [...this.#known.values()]
      .filter(({ since, heartbeat }) => now - since >= heartbeat.leaseSeconds * 1000)
      .map(({ heartbeat }) => heartbeat);
  }
}

/**
 * To begin a transaction with that looks for active jobs. Together with the order in the statements
 * below it makes PostgreSQL read them from job_i14, whatever its statistics say: from a moment when
 * most jobs were active they would have it read the whole table.
 */
export const WITHOUT_SORT = 'set local enable_sort = off';
const IN_INDEX_ORDER = 'order by blocked, start_after';

/**
 * A heartbeat is missing in rows that something else has changed: then the claim itself was the
 * latest sign.
 */
const HEARTBEAT = 'coalesce(heartbeat_on, started_on, created_on)';
const LEASE = `coalesce(heartbeat_seconds, ${UNWRITTEN_LEASE_SECONDS})`;

/**
 * Ends the leases of owners that were not heard of for a lease, and of those whose heartbeat is one
 * of `overdue`. The jobs stay where they are, and keep `started_on`, by which their next claim
 * counts one more. A row that a frozen transaction holds is left for later.
 * @returns how many.
 */
export async function endSilent(tx: Tx, table: string, overdue: Heartbeat[]): Promise<number> {
  const { rowCount } = await tx.query(
    `with silent as (
       select id from ${table}
       where name = '${QUEUE}' and state = 'active'
         and (${HEARTBEAT} < now() - make_interval(secs => ${LEASE})
           or (id, ${HEARTBEAT}) in (select * from unnest($1::uuid[], $2::timestamptz[])))
       ${IN_INDEX_ORDER}
       for update skip locked
     )
     update ${table}
     set state = 'retry', heartbeat_on = null, heartbeat_seconds = ${UNWRITTEN_LEASE_SECONDS}
     where name = '${QUEUE}' and id = any (array(select id from silent))`,
    [overdue.map(({ jobId }) => jobId), overdue.map(({ at }) => at)],
  );
  return rowCount ?? 0;
}

/** Looks at the active jobs. @returns what is to be looked at again, and when. */
export async function lookAhead(tx: Tx, table: string): Promise<LeasesAhead> {
  const { rows } = await tx.query<{ nextEndMs: number | null } & (Heartbeat | { jobId: null })>(
    `with active as materialized (
       select id, ${HEARTBEAT} as at, ${LEASE} as lease from ${table}
       where name = '${QUEUE}' and state = 'active'
       ${IN_INDEX_ORDER}
     )
     select next."nextEndMs", future.id as "jobId", future.at, future.lease as "leaseSeconds"
     from (
       select (extract(epoch from min(at + make_interval(secs => lease)) - now()) * 1000)::float8
         as "nextEndMs"
       from active where at <= now()
     ) as next
     left join active as future on future.at > now()`,
  );
  return {
    future: rows.filter((row) => row.jobId !== null),
    nextEndMs: rows[0]?.nextEndMs ?? undefined,
  };
}
