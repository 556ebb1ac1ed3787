import type { Tx } from '../database/transaction.ts';
import type { Claim } from '../queue/claim.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import type { NextJob } from '../queue/delivery-queue.ts';
import type { HeldReason } from './delivery.ts';
import { holdDeliveries } from './hold.ts';
import { goOn } from './order/promote.ts';
import { failDeliveries, freedKeys, type FailedDelivery } from './fail.ts';
import { postponeDeliveries } from './outcomes.ts';

/** Why a claim is not sent now, and so what becomes of its delivery. */
export type Withdrawal =
  /** It may not run. */
  | { kind: 'hold'; reason: HeldReason }
  /** It was claimed before its time, which is so many seconds from now. */
  | { kind: 'postpone'; delaySeconds: number }
  /** Nothing is left to send: the delivery is gone, final, or held. */
  | { kind: 'drop' }
  /** It has had all attempts that its webhook allows by now. */
  | { kind: 'exhaust' }
  /** Its time ran out. */
  | { kind: 'expire' }
  /** A send of it was begun of which nobody has told the end; `mark` is that send's. */
  | { kind: 'doubt'; mark: string };

/** `test`: the claim is one of a test delivery. */
export type Withdrawn = { claim: Claim; withdrawal: Withdrawal; test?: boolean };

/**
 * How long the worker of an isolated send has, once its claim has run out, to take its mark back.
 * Longer than the time after which a worker without the database gives its sends up.
 */
const DOUBT_SECONDS = 30;

/**
 * Takes what is not to be sent now out of the queue: holds what may not run, gives what is early a
 * job at its time, fails what has no attempts left or has expired, and ends the jobs of what needs
 * none. The ordering key of what has failed goes on. Claims that are no longer ours change nothing.
 * @returns the deliveries that failed, and the webhook of each that is held for a reason that the
 * API shows.
 */
export async function withdraw(
  tx: Tx,
  queue: ClaimableQueue,
  all: Withdrawn[],
): Promise<{ failed: FailedDelivery[]; held: string[] }> {
  const ours = await queue.finish(
    tx,
    all.map(({ claim }) => claim),
  );
  const withdrawn = all.filter(({ claim }) => ours.has(claim));
  const idsOf = (kind: Withdrawal['kind']) =>
    withdrawn
      .filter(({ withdrawal }) => withdrawal.kind === kind)
      .map(({ claim }) => claim.deliveryId);

  const holds = withdrawn.flatMap(({ claim: { deliveryId, crashes }, withdrawal }) =>
    withdrawal.kind === 'hold' ? [{ deliveryId, crashes, reason: withdrawal.reason }] : [],
  );
  const held = await holdDeliveries(tx, holds);
  const failed = [
    ...(await failDeliveries(tx, idsOf('exhaust'), { reason: 'attempts' })),
    ...(await failDeliveries(tx, idsOf('expire'), { reason: 'expired' })),
  ];
  await postponeDeliveries(tx, idsOf('doubt'), DOUBT_SECONDS);
  await queue.enqueue(tx, withdrawn.flatMap(nextJob));
  await goOn(tx, queue, freedKeys(failed));
  return { failed, held };
}

/** The job at its time of a delivery that is only early, or in doubt; none for the others. */
function nextJob({ claim, withdrawal, test }: Withdrawn): NextJob[] {
  const { deliveryId, webhookId, crashes, doubt } = claim;
  const base = { deliveryId, webhookId, crashes, ...(test ? { test } : {}) };
  const job = { ...base, ...(doubt === undefined ? {} : { doubt }) };
  switch (withdrawal.kind) {
    case 'postpone':
      return [{ ...job, delaySeconds: withdrawal.delaySeconds }];
    case 'doubt':
      return [{ ...job, delaySeconds: DOUBT_SECONDS, doubt: withdrawal.mark }];
    case 'hold':
    case 'drop':
    case 'exhaust':
    case 'expire':
      return [];
  }
}
