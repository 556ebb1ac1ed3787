import type { Queryable } from '../../database/pool.ts';
import { hot } from '../../database/statement-names.ts';

/** What waits to be taken in: since when the first of it, and how many there are, up to a limit. */
export type LeftWaiting = { since: string; count: number };

/**
 * What waits in the outbox, where the first of it was created more than `seconds` ago. Looks at
 * `most` at most, in their order.
 */
export async function leftInOutbox(
  db: Queryable,
  { seconds, most }: { seconds: number; most: number },
): Promise<LeftWaiting | undefined> {
  const { rows } = await db.query<LeftWaiting>(
    hot(
      `select min(created_at) as since, count(*)::integer as count
     from (
       select created_at from deliveries
       where outbox_place is not null order by outbox_place, id limit $2
     ) as first
     having min(created_at) < now() - make_interval(secs => $1)`,
      [seconds, most],
    ),
  );
  return rows[0];
}
