import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import { ALL_WEBHOOKS, COLUMNS } from './figures.ts';
import type { Batch, Recorder } from './recorder.ts';

/**
 * Writes what a recorder has. Where that fails, or the answer is lost, it keeps the batch, and the
 * next call writes that first: the database takes it once.
 */
export async function flush(pool: Pool, recorder: Recorder): Promise<void> {
  for (let batch = recorder.batch(); batch !== undefined; batch = recorder.batch()) {
    const whole = batch;
    recorder.written(await inTransaction(pool, (tx) => writeBatch(tx, whole), NOT_DURABLE));
  }
}

/**
 * Adds the counts of a batch to the rows of its minutes and hours, unless they were added before.
 * Webhooks that are gone meanwhile are left out. @returns the time of the database, in ms.
 */
export async function writeBatch(tx: Tx, { writer, number, minutes }: Batch): Promise<number> {
  const { rows } = await tx.query<{ isNew: boolean; nowMs: number }>(NOTE_BATCH, [writer, number]);
  const { isNew = false, nowMs = Number.NaN } = rows[0] ?? {};
  // One by one, so that no statement comes to a row of an hour twice.
  if (isNew)
    for (const { ageSeconds, counts } of minutes)
      tx.later(ADD_MINUTE, [
        ageSeconds,
        JSON.stringify(counts.map(([webhook_id, ofWebhook]) => ({ webhook_id, ...ofWebhook }))),
      ]);
  return nowMs;
}

const NOTE_BATCH = `with noted as (
    insert into statistics_writers (id, batch, at) values ($1, $2, now())
    on conflict (id) do update set batch = excluded.batch, at = excluded.at
      where statistics_writers.batch < excluded.batch
    returning id
  )
  select exists (select from noted) as "isNew",
    extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs"`;

const NAMES = COLUMNS.join(', ');
const TYPES = COLUMNS.map((one) => `${one} integer`).join(', ');

/** Nothing and nothing stays null. */
const addedTo = (table: string) =>
  COLUMNS.map((one) => {
    const [before, more] = [`${table}.${one}`, `excluded.${one}`];
    return `${one} = coalesce(${before} + ${more}, ${before}, ${more})`;
  }).join(', ');

/**
 * Hours are written first, in the order of the ids, and so that of all webhooks before any other
 * row: who has it writes alone, and no two processes wait for each other. It takes 0.03 ms for each
 * webhook, on 2 cores that were busy with other work.
 */
const ADD_MINUTE = `with told as (
    select row.*, date_trunc('minute', now() - make_interval(secs => $1), 'UTC') as at
    from json_to_recordset($2::json) as row (webhook_id uuid, ${TYPES})
    where webhook_id = '${ALL_WEBHOOKS}'
      or exists (select from webhooks w where w.id = webhook_id and w.deleted_at is null)
    order by webhook_id
  ), minutes as (
    insert into statistics_minutes (webhook_id, at, ${NAMES})
    select webhook_id, at, ${NAMES} from told
    on conflict (webhook_id, at) do update set ${addedTo('statistics_minutes')}
  )
  insert into statistics_hours (webhook_id, at, ${NAMES})
  select webhook_id, date_trunc('hour', at, 'UTC'), ${NAMES} from told
  on conflict (webhook_id, at) do update set ${addedTo('statistics_hours')}`;
