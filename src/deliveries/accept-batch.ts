import { randomUUID } from 'node:crypto';
import { inTransaction } from '../database/transaction.ts';
import type { AcceptParts, Draft } from './accept.ts';
import { insertBatch, keepWebhooks } from './outbox/insert-batch.ts';
import { inStatements } from './statement-size.ts';

/** What became of a batch. `index`: the place of the first draft whose webhook is missing. */
export type AcceptedBatch =
  | { kind: 'stored'; ids: string[] }
  | { kind: 'webhook_missing'; index: number };

/**
 * Stores drafts in one transaction, which is committed when this resolves, or none of them where a
 * webhook is missing. They wait in the outbox for a worker to take them in, and go before whatever
 * is accepted afterwards.
 */
export async function acceptBatch(
  { pool, queue, metrics }: Pick<AcceptParts, 'pool' | 'queue' | 'metrics'>,
  drafts: Draft[],
): Promise<AcceptedBatch> {
  const named = drafts.map((draft) => {
    return { ...draft, id: randomUUID(), webhookId: draft.webhookId.toLowerCase() };
  });
  const missing = await inTransaction(pool, async (tx) => {
    const kept = await keepWebhooks(tx, named);
    const missing = named.findIndex(({ webhookId }) => !kept.has(webhookId));
    if (missing >= 0) return missing;
    for (const some of inStatements(named)) await insertBatch(tx, some);
    queue.wakeForOutbox(tx);
    return undefined;
  });
  if (missing !== undefined) return { kind: 'webhook_missing', index: missing };
  metrics.acceptBatch.observe(named.length);
  metrics.accepted.inc(named.length);
  return { kind: 'stored', ids: named.map(({ id }) => id) };
}
