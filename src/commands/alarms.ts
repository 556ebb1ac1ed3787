import { NO_ALARMS, WebhookAlarms, type Alarms } from '../alarms/alarms.ts';
import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Without `queue` alarms are found with the next look at the outbox. */
type AlarmParts = { pool: Pool; queue?: DeliveryQueue; metrics?: Metrics; log: Log };

/** Alarms as the settings have them sent. A webhook that is not there is logged, and no fault. */
export async function openAlarms(
  { pool, queue, metrics, log }: AlarmParts,
  { webhookId }: Config['alerts'],
): Promise<Alarms> {
  if (webhookId === undefined) return NO_ALARMS;
  const alarms = new WebhookAlarms({
    ...{ webhookId, log },
    ...(metrics ? { metrics } : {}),
    wake: (tx) => queue?.wakeForOutbox(tx),
  });
  await alarms.check(pool);
  return alarms;
}
