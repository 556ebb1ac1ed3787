import type { Operation } from '../operations/operation.ts';
import { stopSignal } from '../process/stopping.ts';
import type { OperationsAccess } from './operations-access.ts';
import { count } from './progress.ts';
import { Screen } from './screen.ts';
import { watch } from './watching.ts';

const LISTED = 20;
const LOOK_MS = 500;

/** `postmand operations`: a line for each of the newest ones. */
export async function runOperations(operations: OperationsAccess): Promise<void> {
  const items = await operations.list(LISTED);
  if (items.length === 0) say('There are no operations.');
  for (const operation of items) say(describe(operation));
}

/** `postmand operations watch`: shows how far one is, until it has ended. @throws CommandError */
export async function runWatch(id: string, operations: OperationsAccess): Promise<void> {
  const stopping = stopSignal();
  await watchOn(operations, await operations.find(id), stopping);
}

/** `postmand operations cancel`: ends one. @throws CommandError where it is unknown or has ended */
export async function runCancel(id: string, operations: OperationsAccess): Promise<void> {
  say(`Cancelled: ${describe(await operations.cancel(id))}`);
}

/** Shows on stdout how far an operation is, until it has ended. @throws CommandError */
export function watchOn(
  { find, source }: OperationsAccess,
  operation: Operation,
  stopping: Promise<NodeJS.Signals>,
): Promise<void> {
  const now = () => performance.now() / 1000;
  const screen = new Screen(process.stdout);
  return watch({
    ...{ operation, source, screen, stopping, now },
    find: () => find(operation.id),
    lookMs: LOOK_MS,
  });
}

function describe({ id, kind, state, matched, done, skipped, created_at }: Operation): string {
  const matching = matched === null ? 'not counted yet' : `of ${count(matched)}`;
  return `${id}  ${kind}  ${state}  ${count(done)} done, ${count(skipped)} skipped, ${matching}  ${created_at}`;
}

export const say = (line: string): boolean => process.stdout.write(`${line}\n`);
