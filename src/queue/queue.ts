import type { Tx } from '../database/transaction.ts';
import type { Claim, Claimed, ClaimRequest } from './claim.ts';

export type { Claim } from './claim.ts';

/** `crashes` and `doubt` are carried over from the claim before. */
export type NextJob = {
  deliveryId: string;
  webhookId: string;
  delaySeconds: number;
  crashes?: number;
  doubt?: string;
};

/** The queue as those see it who put deliveries into it. */
export type DeliveryQueue = {
  /**
   * Adds a job a delivery, due after its delay. A delivery that has a live job already keeps that
   * one.
   */
  enqueue(tx: Tx, jobs: NextJob[]): Promise<void>;
  /**
   * Wakes every worker when the transaction commits. Once a transaction: notifying ones commit one
   * after the other.
   */
  wake(tx: Tx): Promise<void>;
  close(): Promise<void>;
};

/** The queue as a worker sees it. */
export type ClaimableQueue = DeliveryQueue & {
  /**
   * Claims due jobs. A row that cannot be read is set aside and logged. `more`: there may be more
   * that this request would have taken.
   */
  claim(request: ClaimRequest): Promise<Omit<Claimed, 'damaged'>>;
  /** Ends claims that are still ours. @returns those that were. */
  finish(tx: Tx, claims: Claim[]): Promise<Set<Claim>>;
  /** Extends the lease of claims. @returns those that are still ours. */
  keepAlive(claims: Claim[]): Promise<Set<Claim>>;
  /**
   * Returns claims unspent, in place: same age, same count, due again after `delaySeconds` (0:
   * at once). Those no longer ours are left alone. Wakes every worker.
   */
  return(tx: Tx, claims: Claim[], delaySeconds?: number): Promise<void>;
  /** Ends the leases of owners that were not heard of for LEASE_SECONDS. @returns how many. */
  endLost(): Promise<number>;
  /** @returns those of the deliveries that have no live job, waiting or claimed. */
  withoutJob(tx: Tx, deliveryIds: string[]): Promise<Set<string>>;
  /**
   * Calls `onWake` when work was added, and after every time that notifications may have been
   * missed. @throws what keeps it from listening now; it is tried again until `close`
   */
  listen(onWake: () => void): Promise<void>;
};
