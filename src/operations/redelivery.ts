import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { hasWebhook } from '../webhooks/webhook-store.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { findConflict, insertOperation } from './operation-store.ts';
import { MOST_COUNTED, OperationUnderWay, type Operation } from './operation.ts';
import { aboutMatching, NO_SNAPSHOT, type RedeliveryFilter } from './redelivery-filter.ts';

/**
 * Has deliveries that have ended sent again, at most `ratePerSecond` of them a second.
 * @throws WebhookNotFound
 * @throws OperationUnderWay where another redelivery may touch the same webhooks
 */
export function createRedelivery(
  pool: Pool,
  filter: RedeliveryFilter,
  ratePerSecond: number,
): Promise<Operation> {
  return inTransaction(pool, async (tx) => {
    await checkWebhook(tx, filter);
    const webhookIds = await webhooksOf(tx, filter);
    const other = await findConflict(tx, 'redelivery', webhookIds);
    if (other !== undefined) throw new OperationUnderWay(other);
    return insertOperation(tx, {
      kind: 'redelivery',
      filter: { ...statusOf(filter), ...filter },
      webhookIds,
      ratePerSecond,
    });
  });
}

/** What is meant where nothing is said: failed ones, or of those with these ids all. */
function statusOf({ ids }: RedeliveryFilter): RedeliveryFilter {
  return ids === undefined ? { status: 'failed' } : {};
}

async function checkWebhook(db: Queryable, { webhook_id: id }: RedeliveryFilter): Promise<void> {
  if (id !== undefined && !(await hasWebhook(db, id))) throw new WebhookNotFound();
}

async function webhooksOf(
  tx: Tx,
  { webhook_id: id, ids }: RedeliveryFilter,
): Promise<string[] | null> {
  if (id !== undefined) return [id];
  if (ids === undefined) return null;
  const { rows } = await tx.query<{ id: string }>(
    'select distinct webhook_id as id from deliveries where id = any ($1::uuid[])',
    [ids],
  );
  return rows.map((row) => row.id);
}

/** What a redelivery would find. Times and webhooks are of those that were counted. */
export type RedeliveryCount = {
  matching: number;
  /** Counting has stopped: there may be more. */
  at_least: boolean;
  oldest: string | null;
  newest: string | null;
  /** The 20 with most. */
  by_webhook: { webhook_id: string; matching: number }[];
};

/**
 * Counts what a redelivery that begins now would send again. It looks at a million deliveries at
 * most, from the oldest on, whatever the size of the table: 2.5 s on a busy machine.
 * @throws WebhookNotFound
 */
export async function countRedelivery(
  db: Queryable,
  filter: RedeliveryFilter,
): Promise<RedeliveryCount> {
  await checkWebhook(db, filter);
  const { rows } = await db.query<RedeliveryCount>(
    ...aboutMatching(
      `with looked as ($LOOKED),
         of_webhook as (
           select webhook_id, count(*) as looked_at, count(*) filter (where belongs) as matching,
             min(created_at) filter (where belongs) as oldest,
             max(created_at) filter (where belongs) as newest
           from (select webhook_id, created_at, ($BELONGS) as belongs from looked) as one
           group by webhook_id
         )
       select least(coalesce(sum(matching), 0), $most)::integer as matching,
         coalesce(sum(looked_at) > $most, false) as at_least,
         min(oldest) as oldest, max(newest) as newest,
         coalesce((
           select json_agg(json_build_object('webhook_id', webhook_id, 'matching', matching)
             order by matching desc, webhook_id)
           from (select webhook_id, matching from of_webhook where matching > 0
             order by matching desc, webhook_id limit 20) as largest
         ), '[]') as by_webhook
       from of_webhook`,
      { filter, snapshot: NO_SNAPSHOT, look: MOST_COUNTED + 1 },
      { most: MOST_COUNTED },
    ),
  );
  return rows[0] as RedeliveryCount;
}
