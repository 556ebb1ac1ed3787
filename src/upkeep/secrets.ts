import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import { removeEnded } from '../webhooks/secrets/secret-store.ts';

/** Secrets that are removed in one transaction. */
const STEP = 100;

/** Most steps of a round: a worker that stops waits for the end of its round. */
const STEPS_A_ROUND = 20;

type SecretsParts = { pool: Pool; log: Log };

/**
 * Removes secrets that were replaced and whose time is over. They sign nothing any more; their
 * values are not to be found in the database for ever. @returns 'more' where a round was not
 * enough.
 */
export async function removeEndedSecrets({ pool, log }: SecretsParts): Promise<void | 'more'> {
  for (let step = 0; step < STEPS_A_ROUND; step += 1) {
    const ended = await inTransaction(pool, (tx) => removeEnded(tx, STEP));
    for (const { id, webhook_id } of ended)
      log.info('webhook.secret_ended', { webhook_id, secret_id: id, by: 'time' });
    if (ended.length < STEP) return undefined;
  }
  return 'more';
}
