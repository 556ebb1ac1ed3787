import type { Operation } from '../operations/operation.ts';
import type { RedeliveryFilter } from '../operations/redelivery-filter.ts';
import type { RedeliveryCount } from '../operations/redelivery.ts';
import { CommandError } from '../process/command-error.ts';

/**
 * The operations of a Postmand, by its database or by its API. Each function throws a CommandError
 * where it is refused.
 */
export type OperationsAccess = {
  /** Who may fail to answer, in a sentence: `The database`. */
  source: string;
  /** The newest ones. */
  list(limit: number): Promise<Operation[]>;
  find(id: string): Promise<Operation>;
  cancel(id: string): Promise<Operation>;
  count(filter: RedeliveryFilter): Promise<RedeliveryCount>;
  redeliver(filter: RedeliveryFilter, ratePerSecond: number): Promise<Operation>;
  /** The time so long ago, by the clock that its deliveries have their times from. */
  timeAgo(ms: number): Promise<string>;
};

export const noWebhook = (id: string | undefined) =>
  new CommandError(`There is no webhook ${id ?? 'with this id'}.`);

export const noOperation = (id: string) => new CommandError(`There is no operation ${id}.`);

export const notCancelled = (id: string, reason: string) =>
  new CommandError(`Operation ${id} cannot be cancelled: ${reason}.`);

export const underWay = (id: string) =>
  new CommandError(
    `Redelivery ${id} may touch the same webhooks, and has not ended. To watch it: postmand operations watch ${id}. To end it: postmand operations cancel ${id}.`,
  );
