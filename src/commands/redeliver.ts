import type { Config } from '../config.ts';
import type { Queryable } from '../database/pool.ts';
import type { FailedReason } from '../deliveries/delivery.ts';
import { utcTime } from '../http/time.ts';
import { OperationUnderWay, type Operation } from '../operations/operation.ts';
import type { RedeliveryFilter } from '../operations/redelivery-filter.ts';
import {
  countRedelivery,
  createRedelivery,
  type RedeliveryCount,
} from '../operations/redelivery.ts';
import { CommandError } from '../process/command-error.ts';
import { stopSignal } from '../process/stopping.ts';
import type { Log } from '../telemetry/log.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import type { Moment } from './moment.ts';
import { say, watchOn, withPool } from './operations.ts';
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
  config: Config,
  log: Log,
): Promise<void> {
  const stopping = stopSignal();
  await withPool(config, log, async (pool) => {
    const filter = await filterOf(pool, options);
    if (options.dryRun) return tellCount(await refusing(countRedelivery(pool, filter), filter));
    const operation = await refusing(createRedelivery(pool, filter, options.rate), filter);
    say(`The redelivery has the id ${operation.id}.`);
    if (options.detach) say(goesOn(operation));
    else await watchOn(pool, operation, stopping);
  });
}

/** As the API would have it. What is so long ago is so by the clock of the database. */
async function filterOf(db: Queryable, options: RedeliverOptions): Promise<RedeliveryFilter> {
  const { webhook, status, failedReason, since, until, ids } = options;
  return {
    ...(webhook === undefined ? {} : { webhook_id: webhook }),
    ...(status === undefined ? {} : { status }),
    ...(failedReason === undefined ? {} : { failed_reason: failedReason }),
    ...(since === undefined ? {} : { 'created_at.gte': await timeOf(db, since) }),
    ...(until === undefined ? {} : { 'created_at.lt': await timeOf(db, until) }),
    ...(ids === undefined ? {} : { ids }),
  };
}

async function timeOf(db: Queryable, moment: Moment): Promise<string> {
  // Both bounds of the filter mean the same of a time that is finer than a microsecond: the next.
  if ('at' in moment) return utcTime(moment.at, 'up');
  const { rows } = await db.query<{ at: string }>(
    'select now() - make_interval(secs => $1) as at',
    [moment.agoMs / 1000],
  );
  return rows[0]?.at ?? '';
}

/** With refusals as the person at the terminal can use them. @throws CommandError */
async function refusing<Value>(work: Promise<Value>, filter: RedeliveryFilter): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WebhookNotFound)
      throw new CommandError(`There is no webhook ${filter.webhook_id}.`);
    if (error instanceof OperationUnderWay) throw new CommandError(underWay(error));
    throw error;
  }
}

const underWay = ({ id }: Pick<Operation, 'id'>) =>
  `Redelivery ${id} may touch the same webhooks, and has not ended. To watch it: postmand operations watch ${id}. To end it: postmand operations cancel ${id}.`;

function tellCount({ matching, at_least, oldest, newest, by_webhook }: RedeliveryCount): void {
  const number = `${at_least ? 'at least ' : ''}${count(matching)}`;
  say(`Nothing is changed. To be sent again: ${number}.`);
  if (oldest !== null && newest !== null) say(`Created from ${oldest} to ${newest}.`);
  for (const { webhook_id, matching } of by_webhook) say(`  ${webhook_id}  ${count(matching)}`);
}
