import type { Tx } from '../database/transaction.ts';
import { lookAtCarryingEvents, type CarryingEvents } from '../events/erasing/carrying.ts';
import { eraseEvents, stopFanOuts } from '../events/erasing/erase.ts';
import { cut } from './cut.ts';
import type { StepParts } from './kind.ts';
import type { CreatedPlace } from '../deliveries/created-place.ts';

/** Events that a step looks at, at most. */
const LOOK = 1000;

/**
 * Ends the fan-out of the next events that carry the pairs. `event`: the last one that this is done
 * with. `madeUntil`: all is done, and no delivery was made of them after this time.
 */
export async function stopSomeFanOuts(
  { tx, queue }: StepParts,
  carrying: CarryingEvents,
): Promise<{ event: CreatedPlace; madeUntil?: string }> {
  const looked = await lookAtCarryingEvents(tx, carrying, LOOK);
  const ids = looked.flatMap(({ id, belongs }) => (belongs ? [id] : []));
  await stopFanOuts(tx, ids);
  queue.wakeForOutbox(tx);
  const event = looked.at(-1) ?? carrying.after;
  if (looked.length === LOOK) return { event: { created_at: event.created_at, id: event.id } };
  const { rows } = await tx.query<{ now: string }>('select clock_timestamp() as now');
  return { event: carrying.after, madeUntil: rows[0]?.now ?? 'infinity' };
}

type Erased = { done: number; skipped: number; after: CreatedPlace; isAll: boolean };

/** Erases up to `size` of the next events that carry the pairs. */
export async function eraseSomeEvents(
  tx: Tx,
  carrying: CarryingEvents,
  size: number,
): Promise<Erased> {
  const looked = await lookAtCarryingEvents(tx, carrying, LOOK);
  const { ids, after = carrying.after, isAll } = cut(looked, size, LOOK);
  const done = (await eraseEvents(tx, ids)).length;
  return { done, skipped: ids.length - done, after, isAll };
}
