import type { Tx } from '../../database/transaction.ts';
import { findWithoutPayloads, withPayload } from '../delivery-store.ts';
import type { Delivery } from '../delivery.ts';
import type { NewDelivery, StoredDelivery } from '../accepting/insert-deliveries.ts';
import { keepWebhooks } from '../accepting/keep-webhooks.ts';
import type { OrderingKey } from '../order/ordering-key.ts';
import { inStatements } from '../accepting/statement-size.ts';
import { insertWaiting } from './insert-waiting.ts';

/** Splits drafts: those of keys that have something in the outbox come after it, and wait there. */
export function behindOutbox(
  drafts: NewDelivery[],
  waiting: OrderingKey[],
): { behind: NewDelivery[]; free: NewDelivery[] } {
  if (waiting.length === 0) return { behind: [], free: drafts };
  const names = new Set(waiting.map(({ webhookId, key }) => nameOf(webhookId, key)));
  const { behind = [], free = [] } = Object.groupBy(drafts, ({ webhookId, orderingKey }) =>
    orderingKey !== undefined && names.has(nameOf(webhookId, orderingKey)) ? 'behind' : 'free',
  );
  return { behind, free };
}

/** Whether a delivery that was stored just now waits in the outbox, where it gets its sequence. */
export function waitsInOutbox({
  ordering_key: key,
  sequence,
}: Pick<Delivery, 'ordering_key' | 'sequence'>): boolean {
  return key !== null && sequence === null;
}

const nameOf = (webhookId: string, key: string) => `${webhookId.toLowerCase()} ${key}`;

/**
 * Stores drafts behind what the outbox has of their keys. `wait`: as with `keepWebhooks`.
 * @returns those stored: a draft without a webhook is left out.
 */
export async function insertBehind(
  tx: Tx,
  drafts: NewDelivery[],
  { wait }: { wait: boolean },
): Promise<StoredDelivery[]> {
  if (drafts.length === 0) return [];
  const kept = await keepWebhooks(tx, drafts, { wait });
  const known = drafts.filter(({ webhookId }) => kept.has(webhookId.toLowerCase()));
  for (const some of inStatements(known)) await insertWaiting(tx, some);
  const ids = known.map(({ id }) => id);
  const rows = await findWithoutPayloads(tx, ids);
  return known.flatMap(({ id, payload }) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    return [{ delivery: withPayload(row, payload), isHeld: true, delaySeconds: 0 }];
  });
}
