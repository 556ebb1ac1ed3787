import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { QUEUE } from './names.ts';

/** A queue with more waiting jobs than this is not read to its end: something is due soon. */
const MOST_READ = 500;

/**
 * `isBusy`: a job is due or claimed, or too many wait to say. `nextMs`: until the first one is due.
 */
type Seen = { isBusy: boolean; nextMs: number | null };

/**
 * How long nobody can have anything to claim that is in the queue already, or that comes of what is
 * under way: 0 where there may be something now, and Infinity where the queue is empty. It reads at
 * most 500 jobs, and locks none of them, as a claim would.
 */
export async function quietMs(db: Queryable, table: string): Promise<number> {
  const { rows } = await db.query<Seen>(
    hot(
      `select count(*) = $1 or coalesce(min(start_after) <= now(), false)
         or exists (select from ${table} where name = '${QUEUE}' and state = 'active') as "isBusy",
       (extract(epoch from min(start_after) - now()) * 1000)::float8 as "nextMs"
     from (
       select start_after from ${table}
       where name = '${QUEUE}' and state < 'active' and not blocked limit $1
     ) as waiting`,
      [MOST_READ],
    ),
  );
  const { isBusy, nextMs } = rows[0] as Seen;
  return isBusy ? 0 : Math.ceil(nextMs ?? Infinity);
}
