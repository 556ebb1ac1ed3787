import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Begun, Operation, Step } from './operation.ts';

/** What a step works with. */
export type StepParts = { tx: Tx; queue: DeliveryQueue };

/** What operations of a kind do. */
export type Kind = {
  /** How many deliveries it is going to see; `MOST_COUNTED` where there may be more. */
  count(db: Queryable, operation: Begun): Promise<number>;
  /** Does up to `size` deliveries, from its place on. It waits for locks for a second at most. */
  step(parts: StepParts, operation: Begun, size: number): Promise<Step>;
  /** Is called where it ends before its last step: cancelled, or failed. */
  end?(tx: Tx, operation: Operation): Promise<void>;
};
