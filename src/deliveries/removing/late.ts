import type { Queryable } from '../../database/pool.ts';
import { hot } from '../../database/statement-names.ts';

/**
 * Whether a delivery that has a job is late: it was due some seconds ago. Of one that was due long
 * ago it does not ask: it is stuck, or those of the last minute are late too. So this reads no more
 * index entries than a minute brought, also where an old transaction keeps those of all that ended.
 */
export async function areDeliveriesLate(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ late: boolean }>(
    hot(
      `select exists (
         select from deliveries
         where status = 'pending' and parked_at is null
           and scheduled_at between now() - interval '60 s' and now() - interval '5 s'
         order by scheduled_at limit 1
       ) as late`,
      [],
    ),
  );
  return rows[0]?.late ?? false;
}
