import type { Tx } from '../../database/transaction.ts';
import { daysAgo, type Looked, type Stretch } from '../../deliveries/removing/look.ts';

/**
 * The time of an event counts from when it was created; its deliveries ended later, and their days
 * count from then. So it is looked at an hour after its time: what took no longer to end has gone
 * by then.
 */
const overSince = (days: string) => `${daysAgo(days)} - interval '1 hour'`;

/**
 * That an event, `e`, has no delivery for which `condition` holds, in SQL. The order is that of the
 * index, and the limit keeps PostgreSQL from reading the whole table once, for all events.
 */
const hasNone = (e: string, condition = '') => `(
    select d.id from deliveries d where d.event_id = ${e}.id ${condition}
    order by d.status, d.created_at, d.id limit 1
  ) is null`;

/** Each of its webhooks has its delivery, or never gets one. `e` is a row of events. */
const isFannedOut = (e: string) => `${e}.outbox_place is null and ${e}.recipients is null`;

/**
 * That an event was created so many days ago and has no delivery any more, in SQL. There will never
 * be another one, as it was fanned out.
 */
export const isLeftAlone = (e: string, days: string) => `
  ${e}.created_at <= ${overSince(days)} and ${isFannedOut(e)} and ${hasNone(e)}`;

/**
 * That an event was created so many days ago, and none of its deliveries has its payload any more.
 * A delivery that has lost it never gets it back.
 */
export const isUnread = (e: string, days: string) => `
  ${e}.created_at <= ${overSince(days)} and ${isFannedOut(e)} and ${e}.payload_removed_at is null
  and ${hasNone(e, 'and d.payload_removed_at is null')}`;

/** Events that were created so many days ago, in the order of the index. */
export function lookAtEvents(tx: Tx, days: number, stretch: Stretch): Promise<Looked[]> {
  return lookAt(tx, { days, isOver: isLeftAlone('e', '$1'), weight: '1' }, stretch);
}

/**
 * The same, for their payloads. The deliveries of an event are asked only where it is removed:
 * there may be thousands, each of which is looked at.
 */
export function lookAtEventPayloads(tx: Tx, days: number, stretch: Stretch): Promise<Looked[]> {
  const isOver = `${isFannedOut('e')} and e.payload_removed_at is null`;
  return lookAt(tx, { days, isOver, weight: '1 + coalesce(deliveries, 0)' }, stretch);
}

type Look = { days: number; isOver: string; weight: string };

async function lookAt(
  tx: Tx,
  { days, isOver, weight }: Look,
  { after, limit }: Stretch,
): Promise<Looked[]> {
  const since = overSince('$1');
  const { rows } = await tx.query<Looked>(
    `select id, created_at, ${weight} as weight,
       case when ${isOver} then extract(epoch from ${since} - created_at)::float8 end
         as "overSeconds"
     from events e
     where (created_at, id) > ($2, $3) and created_at <= ${since}
     order by created_at, id limit $4`,
    [days, after.created_at, after.id, limit],
  );
  return rows;
}
