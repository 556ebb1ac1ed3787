import { NO_ALARMS, WebhookAlarms, type Alarms } from '../alarms/alarms.ts';
import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Log } from '../telemetry/log.ts';
import { UpkeepLoop, type UpkeepTask } from '../process/upkeep-loop.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { tellCertificates } from '../upkeep/certificates.ts';
import { tellFailures } from '../upkeep/failures.ts';
import { tellBehind } from '../upkeep/queue-behind.ts';
import { judgeSilent } from '../upkeep/silence.ts';
import type { Turn } from '../upkeep/turn.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';

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

type TellParts = { pool: Pool; vault: Vault; alarms: Alarms; log: Log };

/**
 * Finds what operators are told that nobody tells as it happens, in one worker at a time; there are
 * no loops where nobody is told.
 */
export function startAlarms(
  parts: TellParts,
  { webhookId, queueBehindSeconds: seconds }: Config['alerts'],
  turn: Turn,
): UpkeepLoop[] {
  if (webhookId === undefined) return [];
  const { pool, alarms, log } = parts;
  const behind = { pool, alarms, webhookId, seconds, log };
  const tasks: UpkeepTask[] = [
    { task: 'silence', everyMs: 1000, work: () => judgeSilent(parts) },
    { task: 'failures', everyMs: 60_000, work: () => tellFailures(pool, alarms) },
    { task: 'queue_behind', everyMs: 5000, work: () => tellBehind(behind) },
    {
      task: 'certificates',
      ...{ everyMs: 3_600_000, afterFailureMs: 60_000 },
      work: () => tellCertificates(parts),
    },
  ];
  return tasks.map((task) => new UpkeepLoop(log, { ...task, work: turn.only(task.work) }));
}
