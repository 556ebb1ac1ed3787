import { randomUUID } from 'node:crypto';
import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { insertDeliveries, type NewDelivery } from './delivery-store.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryQueue } from './queue.ts';

export type Draft = { webhookId: string; payload: string };

/**
 * Stores a delivery and its job together. When this resolves both are committed.
 * @throws WebhookNotFound
 */
export type Accept = (draft: Draft) => Promise<Delivery>;

export function createAccept(pool: Pool, queue: DeliveryQueue): Accept {
  return async (draft) => {
    const [delivery] = await inTransaction(pool, (tx) => acceptAll(tx, queue, [{ ...draft, id: randomUUID() }]));
    if (delivery === undefined) throw new WebhookNotFound();
    return delivery;
  };
}

/** Several callers' deliveries in one transaction, each with its own outcome. Undefined: its webhook does not exist. */
async function acceptAll(tx: Tx, queue: DeliveryQueue, drafts: NewDelivery[]): Promise<(Delivery | undefined)[]> {
  const stored = new Map((await insertDeliveries(tx, drafts)).map((delivery) => [delivery.id, delivery]));
  const due = [...stored.values()].filter(({ held_reason }) => held_reason === null);
  if (due.length > 0) {
    await queue.enqueue(
      tx,
      due.map(({ id, webhook_id }) => ({ deliveryId: id, webhookId: webhook_id, delaySeconds: 0 })),
    );
    await queue.wake(tx);
  }
  return drafts.map(({ id }) => stored.get(id));
}
