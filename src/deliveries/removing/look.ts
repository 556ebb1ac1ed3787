import type { Tx } from '../../database/transaction.ts';
import type { CreatedPlace } from '../created-place.ts';
import type { Status } from '../delivery.ts';

/**
 * A row that was looked at. `overSeconds`: for how long it should be gone; null: it stays.
 * `weight`: it and the rows that go with it.
 */
export type Looked = CreatedPlace & { overSeconds: number | null; weight: number };

/** Where a look begins, and how many rows it reads at most. */
export type Stretch = { after: CreatedPlace; limit: number };

/**
 * To begin a transaction with that looks. Without it PostgreSQL may read and sort a table whose
 * statistics are old.
 */
export const IN_INDEX_ORDER =
  'begin; set local enable_sort = off; set local enable_seqscan = off; set local enable_bitmapscan = off';

/** So many days before now, in SQL. A day has 24 hours. */
export const daysAgo = (days: string) => `now() - ${days}::float8 * interval '24 hours'`;

/**
 * For how long a row of deliveries, `d`, should be gone that ended, in SQL. Null: it has not ended
 * so many days ago, or it is a head, which may block its ordering key.
 */
export const overSecondsSql = (d: string, days: string) => `case
  when ${d}.status <> 'pending' and not ${d}.is_head and ${d}.updated_at <= ${daysAgo(days)}
  then extract(epoch from ${daysAgo(days)} - ${d}.updated_at)::float8 end`;

/** What of deliveries is to go: those of a status, or the payloads of those. */
export type Removal = { status: Exclude<Status, 'pending'>; days: number };

/**
 * Deliveries of a status that were created so many days ago, in the order of the index: one may
 * have ended later.
 */
export function lookAtEnded(tx: Tx, removal: Removal, stretch: Stretch): Promise<Looked[]> {
  return lookAt(tx, ofStatus(OVER_SECONDS), { removal, stretch });
}

/** The same, where those stay that have no payload any more. */
export function lookAtPayloads(tx: Tx, removal: Removal, stretch: Stretch): Promise<Looked[]> {
  const overSeconds = `case when payload_removed_at is null then ${OVER_SECONDS} end`;
  return lookAt(tx, ofStatus(overSeconds), { removal, stretch });
}

const OVER_SECONDS = overSecondsSql('d', '$2');

const ofStatus = (overSeconds: string) => `
  select id, created_at, ${overSeconds} as "overSeconds",
    1 + delivery_attempts as weight
  from deliveries d
  where status = $1 and (created_at, id) > ($3, $4) and created_at <= ${daysAgo('$2')}
  order by created_at, id limit $5`;

async function lookAt(
  tx: Tx,
  sql: string,
  { removal, stretch }: { removal: Removal; stretch: Stretch },
): Promise<Looked[]> {
  const { after, limit } = stretch;
  const values = [removal.status, removal.days, after.created_at, after.id, limit];
  const { rows } = await tx.query<Looked>(sql, values);
  return rows;
}
