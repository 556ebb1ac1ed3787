import type { Pool } from '../database/pool.ts';
import type { Log } from '../log.ts';
import { deliver, type Assignment, type Attempted, type Due } from './deliver.ts';
import { findPayload } from './delivery-store.ts';
import type { Seat } from './lanes.ts';
import type { Held } from './lease.ts';
import type { Sender } from './send.ts';
import { condemn, isHopeless } from './suspect.ts';

export type FlightParts = {
  pool: Pool;
  sender: Sender;
  log: Log;
  /** Resolves when the attempt is recorded, or is found not to be ours to record. */
  record(attempted: Attempted): Promise<void>;
  /** Called when a send turns out to be slow. */
  onSlow(webhookId: string): void;
};

/** A send that takes longer than this moves to the slow lane. */
const SLOW_AFTER_MS = 1000;

/** Sends and records one delivery, on its seat. Never rejects. */
export async function fly({ pool, sender, log, record, onSlow }: FlightParts, due: Due, held: Held, seat: Seat): Promise<void> {
  const slow = setTimeout(() => {
    seat.moveToSlow();
    onSlow(due.webhook.id);
  }, SLOW_AFTER_MS);
  let result: Parameters<Seat['leave']>[0] = 'unanswered';
  try {
    const assignment = await withPayload(pool, due);
    // Deleted since it was found: its job ends when it is claimed again.
    if (assignment === undefined) return void (result = 'unused');
    const outcome = isHopeless(held.claim) ? condemn(assignment) : await deliver(sender, assignment, held.abort.signal);
    clearTimeout(slow);
    if (outcome.kind === 'local') {
      result = 'unused';
      log.warn('send.local_fault', { deliveryId: due.delivery.id, code: outcome.code });
    }
    if (outcome.kind !== 'attempted') return;
    if (outcome.exchange.kind === 'response') result = 'answered';
    await record(outcome);
  } catch (error) {
    log.error('delivery.not_recorded', { deliveryId: due.delivery.id, error });
  } finally {
    clearTimeout(slow);
    seat.leave(result);
  }
}

async function withPayload(pool: Pool, due: Due): Promise<Assignment | undefined> {
  const { delivery } = due;
  const payload = delivery.payload ?? (await findPayload(pool, delivery.id));
  return payload === undefined ? undefined : { ...due, delivery: { ...delivery, payload } };
}
