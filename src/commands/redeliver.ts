import type { FailedReason } from '../deliveries/delivery.ts';
import { utcTime } from '../http/time.ts';
import type { RedeliveryFilter } from '../operations/redelivery-filter.ts';
import type { RedeliveryCount } from '../operations/redelivery.ts';
import { stopSignal } from '../process/stopping.ts';
import type { Moment } from './moment.ts';
import type { OperationsAccess } from './operations-access.ts';
import { say, watchOn } from './operations.ts';
import { count } from './progress.ts';
import { goesOn } from './watching.ts';

export type RedeliverOptions = {
  webhook?: string;
  status?: 'failed' | 'succeeded';
  failedReason?: FailedReason;
  since?: Moment;
  until?: Moment;
  ids?: string[];
  rate: number;
  dryRun: boolean;
  detach: boolean;
};

/**
 * `postmand redeliver`: has deliveries that have ended sent again, and shows how far that is. With
 * `dryRun` it counts them; with `detach` it does not wait. A worker does the work.
 * @throws CommandError
 */
export async function runRedeliver(
  options: RedeliverOptions,
  operations: OperationsAccess,
): Promise<void> {
  const stopping = stopSignal();
  const filter = await filterOf(options, operations);
  if (options.dryRun) return tellCount(await operations.count(filter));
  const operation = await operations.redeliver(filter, options.rate);
  say(`The redelivery has the id ${operation.id}.`);
  if (options.detach) say(goesOn(operation));
  else await watchOn(operations, operation, stopping);
}

/** As the API would have it. */
async function filterOf(
  { webhook, status, failedReason, since, until, ids }: RedeliverOptions,
  operations: OperationsAccess,
): Promise<RedeliveryFilter> {
  return {
    ...(webhook === undefined ? {} : { webhook_id: webhook }),
    ...(status === undefined ? {} : { status }),
    ...(failedReason === undefined ? {} : { failed_reason: failedReason }),
    ...(since === undefined ? {} : { 'created_at.gte': await timeOf(since, operations) }),
    ...(until === undefined ? {} : { 'created_at.lt': await timeOf(until, operations) }),
    ...(ids === undefined ? {} : { ids }),
  };
}

async function timeOf(moment: Moment, { timeAgo }: OperationsAccess): Promise<string> {
  // Both bounds of the filter mean the same of a time that is finer than a microsecond: the next.
  return 'at' in moment ? utcTime(moment.at, 'up') : timeAgo(moment.agoMs);
}

function tellCount({ matching, at_least, oldest, newest, by_webhook }: RedeliveryCount): void {
  const number = `${at_least ? 'at least ' : ''}${count(matching)}`;
  say(`Nothing is changed. To be sent again: ${number}.`);
  if (oldest !== null && newest !== null) say(`Created from ${oldest} to ${newest}.`);
  for (const { webhook_id, matching } of by_webhook) say(`  ${webhook_id}  ${count(matching)}`);
}
