import type { Tx } from '../../database/transaction.ts';
import type { NewDelivery } from './insert-deliveries.ts';

/**
 * Keeps the webhooks of drafts from being removed until the transaction ends. Whoever is removing
 * one is waited for, or else, without `wait`, it is left out. @returns the ids of those kept
 */
export async function keepWebhooks(
  tx: Tx,
  drafts: NewDelivery[],
  { wait }: { wait: boolean },
): Promise<Set<string>> {
  const ids = new Set(drafts.map(({ webhookId }) => webhookId.toLowerCase()));
  const { rows } = await tx.query<{ id: string }>(
    `select id from webhooks
     where id = any ($1::uuid[]) and deleted_at is null
     order by id for key share ${wait ? '' : 'skip locked'}`,
    [[...ids]],
  );
  return new Set(rows.map(({ id }) => id));
}
