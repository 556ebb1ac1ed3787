import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import { ALL_WEBHOOKS } from './figures.ts';
import { HOURS_KEPT_DAYS, MINUTES_KEPT_DAYS } from './range.ts';

/** The tables, and the time before which their rows are over, as an expression of SQL. */
const OVER = {
  statistics_minutes: `now() - interval '${MINUTES_KEPT_DAYS} days'`,
  statistics_hours: `date_trunc('day', now() - interval '${HOURS_KEPT_DAYS} days', 'UTC')`,
} as const;
type Table = keyof typeof OVER;

export const TABLES = Object.keys(OVER) as Table[];

/** Webhooks that are looked at in one step, and rows that it removes at most. */
export type StepSize = { webhooks: number; rows: number };

/** Whether something is over. Each minute and hour with a row has one of all webhooks. */
export async function isAnyOver(db: Queryable, table: Table): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from ${table} where webhook_id = '${ALL_WEBHOOKS}' and at < ${OVER[table]} limit 1`,
  );
  return rowCount === 1;
}

/**
 * Removes rows that are over, of the next webhooks after the id `after`; those of all webhooks go
 * last, so that what is over is found again where this ends halfway. @returns the id to go on
 * after; undefined: all are gone.
 */
export async function removeOver(
  tx: Tx,
  table: Table,
  { after, size }: { after: string; size: StepSize },
): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(nextWebhooks(table), [after, size.webhooks]);
  const ids = rows.map(({ id }) => id);
  const last = ids.at(-1);
  const removing = last === undefined ? [ALL_WEBHOOKS] : ids;
  const { rowCount } = await tx.query(removal(table), [removing, size.rows]);
  if (rowCount === size.rows) return after;
  return last;
}

/** Reads one row of the index for each webhook, whatever the number of its rows. */
const nextWebhooks = (table: Table) => `with recursive webhook (id) as (
    (select webhook_id from ${table} where webhook_id > $1 order by webhook_id limit 1)
    union all
    select (select webhook_id from ${table} where webhook_id > webhook.id
      order by webhook_id limit 1)
    from webhook where webhook.id is not null
  )
  select id from webhook where id is not null limit $2`;

const removal = (table: Table) => `with over as (
    select webhook_id, at from ${table}
    where webhook_id = any ($1::uuid[]) and at < ${OVER[table]}
    order by webhook_id, at limit $2 for update skip locked
  )
  delete from ${table} using over
  where ${table}.webhook_id = over.webhook_id and ${table}.at = over.at`;

/** Forgets processes that wrote nothing for a day: no batch of theirs comes again. */
export async function removeWriters(tx: Tx): Promise<void> {
  await tx.query(`delete from statistics_writers where at < now() - interval '1 day'`);
}

/** Removes up to `size` rows of a webhook from each table. @returns false: there are more. */
export async function removeStatisticsOf(
  tx: Tx,
  webhookId: string,
  size: number,
): Promise<boolean> {
  const counts = [];
  for (const table of TABLES) {
    const { rowCount } = await tx.query(
      `delete from ${table} where webhook_id = $1 and at = any (array(
         select at from ${table} where webhook_id = $1 order by at limit $2
         for update skip locked))`,
      [webhookId, size],
    );
    counts.push(rowCount);
  }
  return !counts.includes(size);
}
