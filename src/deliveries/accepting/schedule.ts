import type { Queryable } from '../../database/pool.ts';

/** How far ahead a client may ask for a delivery to be sent: a leap year. */
export const DAYS_AHEAD = 366;

/** So much of that a server grants without asking, however wrong its clock is within a day. */
const SURELY_NEAR_MS = (DAYS_AHEAD - 1) * 24 * 60 * 60 * 1000;

/**
 * The place of the first of these times, as PostgreSQL reads them, that is more than `DAYS_AHEAD`
 * days ahead by the database's clock; undefined: none is. The database is only asked about times
 * that are a year ahead by our own clock, `nowMs`: other schedules do without the round trip.
 */
export async function placeTooFarAhead(
  db: Queryable,
  times: readonly (string | undefined)[],
  nowMs: number,
): Promise<number | undefined> {
  const isNear = (time: string | undefined) =>
    time === undefined || Date.parse(time) - nowMs < SURELY_NEAR_MS;
  if (times.every(isNear)) return undefined;
  const { rows } = await db.query<{ place: number }>(
    `select (place - 1)::integer as place
     from unnest($1::timestamptz[]) with ordinality as asked (send_at, place)
     where send_at > now() + make_interval(hours => ${DAYS_AHEAD * 24})
     order by place limit 1`,
    [times.map((time) => time ?? null)],
  );
  return rows[0]?.place;
}
