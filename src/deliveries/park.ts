import type { Tx } from '../database/transaction.ts';
import { parkDeliveries } from './delivery-store.ts';
import type { Claim, ClaimableQueue, NextJob } from './queue.ts';
import type { Triage } from './triage.ts';

/**
 * Takes what is not to be sent now out of the queue: parks deliveries of inactive webhooks, gives early ones a job at their
 * time, and ends the jobs of those that need none.
 */
export async function setAside(tx: Tx, queue: ClaimableQueue, { park, postpone, drop }: Omit<Triage, 'send'>): Promise<void> {
  const ours = await queue.finish(tx, [...park, ...postpone.map(({ claim }) => claim), ...drop]);
  const parked = park.filter((claim) => ours.has(claim));
  if (parked.length > 0)
    await parkDeliveries(
      tx,
      parked.map(({ deliveryId }) => deliveryId),
      'webhook_inactive',
    );
  await queue.enqueue(
    tx,
    postpone.filter(({ claim }) => ours.has(claim)).map(({ claim, delaySeconds }) => jobOf(claim, delaySeconds)),
  );
}

function jobOf({ deliveryId, webhookId, lost, doubt }: Claim, delaySeconds: number): NextJob {
  return { deliveryId, webhookId, delaySeconds, lost, ...(doubt === undefined ? {} : { doubt }) };
}
