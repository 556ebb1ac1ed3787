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
  const parked = park.filter(({ jobId }) => ours.has(jobId));
  if (parked.length > 0)
    await parkDeliveries(
      tx,
      parked.map(({ deliveryId }) => deliveryId),
      'webhook_inactive',
    );
  await queue.enqueue(
    tx,
    postpone.filter(({ claim }) => ours.has(claim.jobId)).map(({ claim, delaySeconds }) => jobOf(claim, delaySeconds)),
  );
}

/** Gives claims back unspent, due at once for anybody. pg-boss has no call for that: the job ends and an equal one takes its place. */
export async function handBack(tx: Tx, queue: ClaimableQueue, claims: Claim[]): Promise<void> {
  const ours = await queue.finish(tx, claims);
  await queue.enqueue(
    tx,
    claims.filter(({ jobId }) => ours.has(jobId)).map((claim) => jobOf(claim, 0)),
  );
  await queue.wake(tx);
}

function jobOf({ deliveryId, webhookId, deaths }: Claim, delaySeconds: number): NextJob {
  return { deliveryId, webhookId, delaySeconds, deaths };
}
