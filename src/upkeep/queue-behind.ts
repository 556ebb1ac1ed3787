import { raiseFound, type Alarms } from '../alarms/alarms.ts';
import { markBehind, markCaughtUp, queueAlarms, type Late } from '../alarms/queue-marks.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { lateWebhooks } from '../deliveries/late.ts';
import type { Log } from '../telemetry/log.ts';

/** Webhooks that are looked at: those that have waited longest. */
const MOST = 500;

type BehindParts = { pool: Pool; alarms: Alarms; webhookId: string; seconds: number; log: Log };

/**
 * Tells of webhooks whose deliveries are late by `seconds`, once until they are not. `webhookId`:
 * the alert webhook, of which nothing is told.
 */
export async function tellBehind(parts: BehindParts): Promise<void> {
  const { pool, alarms, webhookId, seconds, log } = parts;
  const found = await lateWebhooks(pool, MOST);
  const late = found.filter(({ webhook_id }) => webhook_id !== webhookId);
  const { behind, caughtUp } = await inTransaction(pool, async (tx) => {
    const newly = await markBehind(tx, late, seconds);
    // Others may be late as well, and nobody has looked at them.
    const over = found.length < MOST ? await markCaughtUp(tx, late, seconds) : [];
    await raiseFound(tx, alarms, [
      ...queueAlarms('behind', newly),
      ...queueAlarms('caught_up', over),
    ]);
    return { behind: newly, caughtUp: over };
  });
  if (behind.length > 0) log.warn('queue.behind', factsOf(behind));
  if (caughtUp.length > 0) log.info('queue.caught_up', factsOf(caughtUp));
}

function factsOf(late: Late[]) {
  const ids = late.slice(0, 10).map(({ webhook_id }) => webhook_id);
  return { webhooks: late.length, webhook_ids: ids };
}
