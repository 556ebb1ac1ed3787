import type { Alarms } from '../alarms/alarms.ts';
import { findAttemptsOfWebhooks } from '../attempts/attempt-store.ts';
import { alarmsOfChange } from '../attempts/raise-alarms.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { silentWebhookIds } from '../deliveries/silent.ts';
import type { Log } from '../telemetry/log.ts';
import { judgeAgain } from '../webhooks/health/health-store.ts';
import { reportChange } from '../webhooks/health/report-change.ts';

/** Webhooks that are judged in one transaction. */
const STEP = 50;

type SilenceParts = { pool: Pool; alarms: Alarms; log: Log };

/**
 * Has webhooks be failing whose failures have lasted for long enough by now, and tells of it. Their
 * next attempt would find the same, but may end much later. @returns 'more' where a round was not
 * enough.
 */
export async function judgeSilent({ pool, alarms, log }: SilenceParts): Promise<void | 'more'> {
  const ids = await silentWebhookIds(pool, STEP);
  if (ids.length === 0) return undefined;
  const changes = await inTransaction(pool, async (tx) => {
    const judged = await judgeAgain(tx, ids);
    const attempts = await findAttemptsOfWebhooks(tx, ids);
    const last = new Map(attempts.map((one) => [one.webhook_id, one]));
    await alarms.raise(
      tx,
      judged.flatMap((change) => alarmsOfChange(change, last.get(change.webhookId))),
    );
    return judged;
  });
  for (const change of changes) reportChange(log, change);
  return ids.length < STEP ? undefined : 'more';
}
