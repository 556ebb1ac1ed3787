import { randomUUID } from 'node:crypto';
import { isConflict } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { shareCommits } from '../database/shared-commit.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { insertDeliveries, type NewDelivery } from './delivery-store.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryQueue } from '../queue/queue.ts';

type Draft = { webhookId: string; payload: string };

/**
 * Stores a delivery and its job together. When this resolves both are committed.
 * @throws WebhookNotFound, Overloaded when too many callers wait already
 */
export type Accept = (draft: Draft) => Promise<Delivery>;

/**
 * Most text that one statement inserts. The driver copies it several times over, with a backslash
 * before every quote: 64 payloads of 1 MiB in one statement ended a process with a heap of 512 MB.
 */
const MAX_STATEMENT_CHARACTERS = 2 * 1024 * 1024;

export type AcceptParts = { pool: Pool; queue: DeliveryQueue; metrics: Metrics };

/** Callers that come while a transaction commits share the next one. */
export function createAccept({ pool, queue, metrics }: AcceptParts): Accept {
  const acceptTogether = shareCommits(
    (drafts: NewDelivery[]) => inTransaction(pool, (tx) => acceptAll(tx, drafts, false)),
    {
      maxBatch: 100,
      maxWaiting: 5000,
      lanes: 2,
      retryDelayMs: (failures, error) =>
        isConflict(error) && failures <= 3 ? 10 * failures : undefined,
    },
  );

  return async (draft) => {
    const whole = { ...draft, id: randomUUID() };
    const delivery = (await acceptTogether(whole)) ?? (await acceptAlone(whole));
    if (delivery === undefined) throw new WebhookNotFound();
    metrics.accepted.inc();
    return delivery;
  };

  /**
   * What the batch passed over: its webhook does not exist, or somebody is removing it and we see
   * how that ends.
   */
  async function acceptAlone(draft: NewDelivery): Promise<Delivery | undefined> {
    return (await inTransaction(pool, (tx) => acceptAll(tx, [draft], true)))[0];
  }

  /**
   * Several callers' deliveries in one transaction. Undefined: not stored, as its webhook was not
   * there to be used.
   */
  async function acceptAll(
    tx: Tx,
    drafts: NewDelivery[],
    wait: boolean,
  ): Promise<(Delivery | undefined)[]> {
    metrics.acceptBatch.observe(drafts.length);
    const stored = new Map<string, Delivery>();
    for (const some of inStatements(drafts)) {
      for (const delivery of await insertDeliveries(tx, some, wait))
        stored.set(delivery.id, delivery);
    }
    const due = [...stored.values()].filter(({ held_reason }) => held_reason === null);
    if (due.length > 0) {
      const jobs = due.map(({ id, webhook_id }) => ({
        deliveryId: id,
        webhookId: webhook_id,
        delaySeconds: 0,
      }));
      await queue.enqueue(tx, jobs);
      await queue.wake(tx);
    }
    return drafts.map(({ id }) => stored.get(id));
  }
}

/** Splits drafts so that no statement has much more text than it may. */
function inStatements(drafts: NewDelivery[]): NewDelivery[][] {
  const statements: NewDelivery[][] = [];
  let characters = Infinity;
  for (const draft of drafts) {
    characters += draft.payload.length;
    if (characters > MAX_STATEMENT_CHARACTERS) {
      statements.push([]);
      characters = draft.payload.length;
    }
    statements.at(-1)?.push(draft);
  }
  return statements;
}
