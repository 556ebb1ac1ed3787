import type { Tx } from '../database/transaction.ts';
import { QUEUE } from './names.ts';

/**
 * An owner that has not been heard of for this long has lost its claims. pg-boss allows no less
 * than 10.
 */
export const LEASE_SECONDS = 20;

/** The latest sign of a job's owner, as the database's clock saw it. */
export type Heartbeat = { jobId: string; at: string };

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
      .filter(({ since }) => now - since >= LEASE_SECONDS * 1000)
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
         and (${HEARTBEAT} < now() - make_interval(secs => $1)
           or (id, ${HEARTBEAT}) in (select * from unnest($2::uuid[], $3::timestamptz[])))
       ${IN_INDEX_ORDER}
       for update skip locked
     )
     update ${table} set state = 'retry', heartbeat_on = null
     where name = '${QUEUE}' and id = any (array(select id from silent))`,
    [LEASE_SECONDS, overdue.map(({ jobId }) => jobId), overdue.map(({ at }) => at)],
  );
  return rowCount ?? 0;
}

export async function findFutureHeartbeats(tx: Tx, table: string): Promise<Heartbeat[]> {
  const { rows } = await tx.query<Heartbeat>(
    `select id as "jobId", ${HEARTBEAT} as at from ${table}
     where name = '${QUEUE}' and state = 'active' and ${HEARTBEAT} > now()
     ${IN_INDEX_ORDER}`,
  );
  return rows;
}
