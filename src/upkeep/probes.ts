import type { Tx } from '../database/transaction.ts';
import { freeProbe, isProbeOut } from '../deliveries/probe.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import { nextProbePause } from '../webhooks/health/health.ts';
import { noteProbe, probeState, putProbeOff } from '../webhooks/health/outage.ts';

/** While a probe is out somebody looks so often whether its delivery still exists. */
const OUT_SECONDS = 5;

/**
 * Sends the next probe of a failing webhook when its time has come and none is out. One that
 * vanished, as its delivery was deleted or may not run for another reason, is followed by another
 * at once. The transaction has the state of the webhook, so that there is one in all workers.
 * @returns the time until the next look, in seconds.
 */
export async function probe(tx: Tx, queue: DeliveryQueue, webhookId: string): Promise<number> {
  const { waitSeconds, pause, deliveryId } = await probeState(tx, webhookId);
  if (deliveryId !== null && (await isProbeOut(tx, deliveryId))) return OUT_SECONDS;
  if (waitSeconds > 0) return waitSeconds;
  const job = await freeProbe(tx, webhookId);
  if (job === undefined) {
    const next = nextProbePause(pause);
    await putProbeOff(tx, webhookId, next);
    return next;
  }
  await noteProbe(tx, webhookId, job.deliveryId);
  await queue.enqueue(tx, [job]);
  queue.wake(tx);
  return OUT_SECONDS;
}
