import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Connection } from '../database/connection.ts';
import { mayBeStarting } from '../database/starting.ts';
import { CommandError, connectTo } from './connecting.ts';
import type { Log } from '../telemetry/log.ts';

/** How long after a failed try the database is tried again, in milliseconds. */
const TRY_AGAIN_MS = 500;

/**
 * The process was told to stop before it had started: nothing failed, and nothing is left to be
 * done.
 */
export class StoppedEarly extends Error {
  override name = 'StoppedEarly';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    this.signal = signal;
  }
}

/**
 * The outcome of a step, unless the process is told to stop first. The step goes on then, and
 * nobody waits for it: a database that says nothing would keep the process for seconds.
 * @throws StoppedEarly
 */
export function unlessStopped<Value>(
  stopping: Promise<NodeJS.Signals>,
  step: Promise<Value>,
): Promise<Value> {
  const stopped = stopping.then((signal) => {
    throw new StoppedEarly(signal);
  });
  return Promise.race([step, stopped]);
}

/** Comes when the process is told to stop, with a StoppedEarly as its reason. */
export function abortedBy(stopping: Promise<NodeJS.Signals>): AbortSignal {
  const controller = new AbortController();
  void stopping.then((signal) => controller.abort(new StoppedEarly(signal)));
  return controller.signal;
}

/**
 * The database of the settings, reached once. One that may be starting is waited for, as long as
 * the settings say. Each reason to wait is logged when it is new.
 * @throws CommandError at once for what does not pass by itself, and for the rest after that time
 */
export async function awaitDatabase(config: Config, log: Log): Promise<Connection> {
  const { waitMs } = config.database;
  const deadline = performance.now() + waitMs;
  let told = '';
  for (;;) {
    try {
      return await connectTo(config);
    } catch (error) {
      if (!(error instanceof CommandError) || waitMs === 0 || !mayBeStarting(error.cause))
        throw error;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0)
        throw new CommandError(
          `${error.message} (after ${waitMs / 1000} s; see POSTMAND_DATABASE_WAIT)`,
          { cause: error },
        );
      if (error.message !== told)
        log.info('database.awaited', {
          reason: error.message,
          at_most_seconds: Math.ceil(leftMs / 1000),
        });
      told = error.message;
      await sleep(Math.min(TRY_AGAIN_MS, leftMs));
    }
  }
}
