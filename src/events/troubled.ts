import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import type { LeftWaiting } from '../deliveries/outbox/left-waiting.ts';

/** Events of a type that go to nobody, as something is wrong with them. */
export type FaultyEvents = {
  event_type: string;
  count: number;
  /** When the first of them was created. */
  since: string;
  /** The last of them, and what is wrong with it. */
  event_id: string;
  fault: string;
};

/** The last `most` faulty events of some days, by their type. */
export async function faultyEvents(
  db: Queryable,
  { days, most }: { days: number; most: number },
): Promise<FaultyEvents[]> {
  const { rows } = await db.query<FaultyEvents>(
    hot(
      `select type as event_type, count(*)::integer as count, min(created_at) as since,
       (array_agg(id order by created_at desc, id desc))[1] as event_id,
       (array_agg(fault order by created_at desc, id desc))[1] as fault
     from (
       select id, type, fault, created_at from events
       where fault is not null and created_at > now() - make_interval(days => $1)
       order by created_at desc, id desc limit $2
     ) as latest
     group by type
     order by min(created_at), type`,
      [days, most],
    ),
  );
  return rows;
}

/**
 * Events that applications have emitted and that wait to be taken in, where the first of them was
 * created more than `seconds` ago. Those that an operation fans out are not meant.
 */
export async function eventsLeftWaiting(
  db: Queryable,
  { seconds, most }: { seconds: number; most: number },
): Promise<(LeftWaiting & { event_id: string }) | undefined> {
  const { rows } = await db.query<LeftWaiting & { event_id: string }>(
    hot(
      `select min(created_at) as since, count(*)::integer as count,
       (array_agg(id order by created_at, id))[1] as event_id
     from (
       select id, created_at from events
       where outbox_place is not null and recipients is null order by outbox_place limit $2
     ) as first
     having min(created_at) < now() - make_interval(secs => $1)`,
      [seconds, most],
    ),
  );
  return rows[0];
}
