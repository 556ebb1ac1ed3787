import { NO_ALARMS, type Alarms } from '../alarms/alarms.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { KINDS } from './kinds.ts';
import { findOperation, SHOWN } from './operation-store.ts';
import { OperationEnded, type Operation } from './operation.ts';
import { raiseFinished } from './raise-finished.ts';

type EndParts = { pool: Pool; alarms?: Alarms | undefined };

/**
 * Ends an operation after the step that it is in. What was done stays.
 * @throws OperationNotFound
 * @throws OperationEnded
 */
export function cancelOperation({ pool, alarms }: EndParts, id: string): Promise<Operation> {
  return inTransaction(pool, async (tx) => {
    const cancelled = await end({ tx, alarms }, { id, state: 'cancelled', error: null });
    if (cancelled === undefined) throw new OperationEnded((await findOperation(tx, id)).state);
    return cancelled;
  });
}

/** Ends an operation that cannot go on. `error`: why. @returns false: it has ended already. */
export function failOperation(
  { pool, alarms }: EndParts,
  id: string,
  error: string,
): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    const failed = await end({ tx, alarms }, { id, state: 'failed', error });
    return failed !== undefined;
  });
}

type Ending = Pick<Operation, 'id' | 'error'> & { state: 'cancelled' | 'failed' };

/** @returns the operation as it is now; undefined: it has ended already, or there is none. */
async function end(
  { tx, alarms = NO_ALARMS }: { tx: Tx; alarms: Alarms | undefined },
  { id, state, error }: Ending,
): Promise<Operation | undefined> {
  const { rows } = await tx.query<Operation>(
    `update operations set state = $2, finished_at = now(), error = $3
     where id = $1 and finished_at is null returning ${SHOWN}`,
    [id, state, error],
  );
  const [ended] = rows;
  if (ended === undefined) return undefined;
  await KINDS[ended.kind].end?.(tx, ended);
  await raiseFinished(tx, alarms, ended);
  return ended;
}
