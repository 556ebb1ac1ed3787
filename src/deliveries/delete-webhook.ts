import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { removeStatisticsOf } from '../statistics/remove.ts';
import { atMost } from '../process/at-most.ts';
import type { Log } from '../telemetry/log.ts';
import type { VaultTx } from '../webhooks/secrets/row-secrets.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';
import { hideWebhook, lockWebhook } from '../webhooks/webhook-store.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import { deleteDeliveriesOf } from './delivery-store.ts';

/** Deliveries removed in one transaction: few enough that nobody notices its locks. */
export const MAX_STEP = 500;

/**
 * Steps taken before the caller of a DELETE gets its answer; what is left goes in the background.
 */
const STEPS_BEFORE_ANSWER = 4;

/** How long the caller of a DELETE waits for them at most. */
const ANSWER_MS = 2000;

/**
 * A step that takes longer than the caller waits is left to the workers: the server has few
 * connections.
 */
const BEGIN_BEFORE_ANSWER = `begin; set local statement_timeout = ${ANSWER_MS}`;

/** Rows of statistics removed in one transaction: they are small, and nobody waits for them. */
const STATISTICS_STEP = 5000;

/** How long to wait for rows that somebody holds. */
const PAUSE_MS = 20;

/**
 * Hides a webhook at once and removes it with its deliveries in small steps, here where there are
 * few. Unknown ids are fine. `check` is called with a webhook that nobody else changes meanwhile,
 * and throws where it is to stay. Once the webhook is hidden nothing fails any more: the workers
 * remove what is left.
 */
export async function deleteWebhook(
  { pool, vault, log }: { pool: Pool; vault: Vault; log: Log },
  id: string,
  check?: (webhook: Webhook) => void,
): Promise<void> {
  if (!(await inTransaction(pool, (tx) => hideChecked({ tx, vault }, id, check)))) return;
  const removal = removeSteps().catch((error: unknown) =>
    tellFailedStep(log, { webhookId: id, step: MAX_STEP, error }),
  );
  await atMost(ANSWER_MS, removal);

  async function removeSteps(): Promise<void> {
    for (let step = 0; step < STEPS_BEFORE_ANSWER; step += 1) {
      if (await removeStep(pool, { webhookId: id, size: MAX_STEP, begin: BEGIN_BEFORE_ANSWER }))
        return;
    }
  }
}

async function hideChecked(
  { tx, vault }: VaultTx,
  id: string,
  check: ((webhook: Webhook) => void) | undefined,
): Promise<boolean> {
  const webhook = check && (await lockWebhook({ tx, vault }, id));
  if (webhook) check(webhook);
  return hideWebhook(tx, id);
}

type Step = { webhookId: string; size: number; begin?: string };

/**
 * Removes up to `size` deliveries of a hidden webhook, and the webhook where none is left. `begin`
 * begins its transactions. @returns true when the webhook is gone.
 */
export async function removeStep(pool: Pool, { webhookId, size, begin }: Step): Promise<boolean> {
  const isEmpty = await inTransaction(pool, (tx) => empty(tx, webhookId, size), begin);
  if (!isEmpty) return false;
  if (await inTransaction(pool, (tx) => removeEmptyWebhook(tx, webhookId), begin)) return true;
  // Somebody holds a row, as a worker does that records an attempt just now: it will not be long.
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return false;
}

/** @returns false where something is left. */
async function empty(tx: Tx, webhookId: string, size: number): Promise<boolean> {
  if ((await deleteDeliveriesOf(tx, webhookId, size)) === size) return false;
  return removeStatisticsOf(tx, webhookId, STATISTICS_STEP);
}

/**
 * Removes a hidden webhook that has no deliveries left. @returns false where it has some, or
 * somebody holds it: try again.
 */
async function removeEmptyWebhook(tx: Tx, id: string): Promise<boolean> {
  const locked = await tx.query(
    'select id from webhooks where id = $1 and deleted_at is not null for update skip locked',
    [id],
  );
  if (locked.rowCount === 0) return false;
  // In a statement of its own: it sees what was committed before the lock, and nothing can come
  // after it.
  const removed = await tx.query(
    `delete from webhooks
     where id = $1 and not exists (select from deliveries where webhook_id = $1)`,
    [id],
  );
  return removed.rowCount === 1;
}

/** Says that a step of a removal failed: it is tried again. */
export function tellFailedStep(
  log: Log,
  { webhookId, step, error }: { webhookId: string; step: number; error: unknown },
): void {
  log.warn('purge.step_failed', { webhook_id: webhookId, step, error });
}
