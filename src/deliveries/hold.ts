import type { Tx } from '../database/transaction.ts';
import { exhaustDeliveries, postponeDeliveries } from './outcomes.ts';
import { holdDeliveries } from './held.ts';
import type { Claim, ClaimableQueue, NextJob } from '../queue/queue.ts';

/** Claims that are not sent now, by what becomes of them. */
export type Aside = {
  /** The webhook may not run. */
  hold: Claim[];
  /** Claimed before its time, in seconds from now. */
  postpone: { claim: Claim; delaySeconds: number }[];
  /** Nothing left to send: the delivery is gone, final, or held. */
  drop: Claim[];
  /** It has had all attempts that its webhook allows by now. */
  exhaust: Claim[];
  /** A send of it was begun of which nobody has told the end; `mark` is that send's. */
  doubt: { claim: Claim; mark: string }[];
};

/**
 * How long the worker of an isolated send has, once its claim has run out, to take its mark back.
 * Longer than the time after which a worker without the database gives its sends up.
 */
const DOUBT_SECONDS = 30;

/**
 * Takes what is not to be sent now out of the queue: holds deliveries of inactive webhooks, gives
 * early ones a job at their time, fails those without attempts left, and ends the jobs of those
 * that need none.
 */
export async function setAside(tx: Tx, queue: ClaimableQueue, aside: Aside): Promise<void> {
  const { hold, postpone, drop, exhaust, doubt } = aside;
  const later = [...postpone, ...doubt].map(({ claim }) => claim);
  const ours = await queue.finish(tx, [...hold, ...later, ...drop, ...exhaust]);
  const isOurs = ({ claim }: { claim: Claim }) => ours.has(claim);
  const idsOf = (claims: Claim[]) =>
    claims.filter((claim) => ours.has(claim)).map(({ deliveryId }) => deliveryId);

  await holdDeliveries(tx, idsOf(hold), 'webhook_inactive');
  await exhaustDeliveries(tx, idsOf(exhaust));
  await postponeDeliveries(tx, idsOf(doubt.map(({ claim }) => claim)), DOUBT_SECONDS);
  await queue.enqueue(tx, [
    ...postpone.filter(isOurs).map(({ claim, delaySeconds }) => nextJob(claim, delaySeconds)),
    ...doubt
      .filter(isOurs)
      .map(({ claim, mark }) => ({ ...nextJob(claim, DOUBT_SECONDS), doubt: mark })),
  ]);
}

function nextJob({ deliveryId, webhookId, crashes, doubt }: Claim, delaySeconds: number): NextJob {
  return {
    deliveryId,
    webhookId,
    delaySeconds,
    crashes,
    ...(doubt === undefined ? {} : { doubt }),
  };
}
