import { randomUUID } from 'node:crypto';
import type { Pool, Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { STORED_COLUMNS } from './delivery-store.ts';
import { storedOf, type NewDelivery, type StoredRow } from './accepting/insert-deliveries.ts';
import type { Delivery, Status } from './delivery.ts';

/**
 * A test delivery is one that a client makes to see whether a webhook works. It is stored, claimed,
 * sent and recorded as any other, with three differences: nothing holds it, it has one attempt, and
 * nobody counts it.
 */

/** What is sent where the client gives nothing. It says what it is, to whoever finds it. */
export const TEST_PAYLOAD =
  '{"type":"webhook.test","message":"This is a test. It was sent once and will not be repeated."}';

type TestDraft = Pick<NewDelivery, 'webhookId' | 'payload' | 'traceContext'>;

/** A test as it was stored, and how long its attempt may take. */
type StoredTest = { delivery: Delivery; timeoutSeconds: number };

/**
 * Stores a test with its job in one transaction, which is committed when this resolves.
 * @throws WebhookNotFound
 */
export async function acceptTest(
  { pool, queue }: { pool: Pool; queue: DeliveryQueue },
  draft: TestDraft,
): Promise<StoredTest> {
  return inTransaction(pool, async (tx) => {
    const stored = await insertTest(tx, draft);
    if (stored === undefined) throw new WebhookNotFound();
    const { id: deliveryId, webhook_id: webhookId } = stored.delivery;
    await queue.enqueue(tx, [{ deliveryId, webhookId, delaySeconds: 0, test: true }]);
    queue.wakeForTest(tx);
    return stored;
  });
}

async function insertTest(tx: Tx, draft: TestDraft): Promise<StoredTest | undefined> {
  const named = { ...draft, id: randomUUID() };
  const { rows } = await tx.query<StoredRow & { timeoutSeconds: number }>(
    `with known as (
       select id, delivery_attempt_timeout from webhooks
       where id = $2 and deleted_at is null for key share
     ), stored as (
       insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
         test, trace_context, created_at, updated_at)
       select $1, known.id, $3, now(), 0, 'pending', true, $4, now(), now() from known
       returning ${STORED_COLUMNS}
     )
     select stored.*, known.delivery_attempt_timeout as "timeoutSeconds" from stored, known`,
    [named.id, named.webhookId, named.payload, named.traceContext ?? null],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { timeoutSeconds, ...rest } = row;
  const [stored] = storedOf([rest], [named]);
  return stored && { delivery: stored.delivery, timeoutSeconds };
}

/** Where a delivery stands; undefined: it is gone. */
export async function findStatus(db: Queryable, id: string): Promise<Status | undefined> {
  const { rows } = await db.query<{ status: Status }>(
    hot('select status from deliveries where id = $1', [id]),
  );
  return rows[0]?.status;
}
