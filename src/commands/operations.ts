import { openAlarms } from './alarms.ts';
import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import { cancelOperation } from '../operations/end-operation.ts';
import { findOperation, listOperations } from '../operations/operation-store.ts';
import { OperationEnded, OperationNotFound, type Operation } from '../operations/operation.ts';
import { CommandError } from '../process/command-error.ts';
import { stopSignal } from '../process/stopping.ts';
import type { Log } from '../telemetry/log.ts';
import { connectTo, endPool, openPool } from './connecting.ts';
import { count } from './progress.ts';
import { Screen } from './screen.ts';
import { watch } from './watching.ts';

const LISTED = 20;
const LOOK_MS = 500;

/** `postmand operations`: a line for each of the newest ones. */
export async function runOperations(config: Config, log: Log): Promise<void> {
  await withPool(config, log, async (pool) => {
    const { items } = await listOperations(pool, {}, { limit: LISTED, offset: 0, createdAt: {} });
    if (items.length === 0) say('There are no operations.');
    for (const operation of items) say(describe(operation));
  });
}

/** `postmand operations watch`: shows how far one is, until it has ended. @throws CommandError */
export async function runWatch(id: string, config: Config, log: Log): Promise<void> {
  const stopping = stopSignal();
  await withPool(config, log, async (pool) =>
    watchOn(pool, await knownOperation(pool, id), stopping),
  );
}

/** `postmand operations cancel`: ends one. @throws CommandError where it is unknown or has ended */
export async function runCancel(id: string, config: Config, log: Log): Promise<void> {
  await withPool(config, log, async (pool) => {
    // What was done is said in words, and not in the log.
    const alarms = await openAlarms({ pool, log: { ...log, info() {} } }, config.alerts);
    try {
      say(`Cancelled: ${describe(await cancelOperation({ pool, alarms }, id))}`);
    } catch (error) {
      if (error instanceof OperationEnded)
        throw new CommandError(`Operation ${id} cannot be cancelled: ${error.message}.`);
      throw asCommandError(error, id);
    }
  });
}

/** Hands `use` a pool on the database of the settings, and ends it. @throws CommandError */
export async function withPool(
  config: Config,
  log: Log,
  use: (pool: Pool) => Promise<void>,
): Promise<void> {
  const { migrationsDir } = config.database;
  const connection = await connectTo(config);
  const name = 'postmand operations';
  const pool = await openPool(connection, { max: 1, name, migrationsDir, log });
  try {
    await use(pool);
  } finally {
    await endPool(pool);
  }
}

/** Shows on stdout how far an operation is, until it has ended. @throws CommandError */
export function watchOn(
  pool: Pool,
  operation: Operation,
  stopping: Promise<NodeJS.Signals>,
): Promise<void> {
  const find = () => knownOperation(pool, operation.id);
  const now = () => performance.now() / 1000;
  const screen = new Screen(process.stdout);
  return watch({ operation, find, screen, stopping, lookMs: LOOK_MS, now });
}

/** @throws CommandError where there is none */
async function knownOperation(pool: Pool, id: string): Promise<Operation> {
  try {
    return await findOperation(pool, id);
  } catch (error) {
    throw asCommandError(error, id);
  }
}

function asCommandError(error: unknown, id: string): unknown {
  return error instanceof OperationNotFound
    ? new CommandError(`There is no operation ${id}.`)
    : error;
}

function describe({ id, kind, state, matched, done, skipped, created_at }: Operation): string {
  const matching = matched === null ? 'not counted yet' : `of ${count(matched)}`;
  return `${id}  ${kind}  ${state}  ${count(done)} done, ${count(skipped)} skipped, ${matching}  ${created_at}`;
}

export const say = (line: string): boolean => process.stdout.write(`${line}\n`);
