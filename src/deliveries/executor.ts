import type { Pool } from '../database/pool.ts';
import type { Log } from '../log.ts';
import type { Admitted } from './admission.ts';
import { deliver, type Attempted, type Unsent } from './deliver.ts';
import { findPayload } from './delivery-store.ts';
import type { Sender } from './send.ts';

export type ExecutorParts = {
  pool: Pool;
  log: Log;
  /** Resolves when the attempt is recorded, or is found not to be ours to record. */
  record(attempted: Attempted): Promise<void>;
};

/** What became of a claim. `gone`: its delivery was deleted meanwhile. `not_recorded`: its claim is left to run out. */
export type Execution = Attempted | Unsent | { kind: 'gone' } | { kind: 'not_recorded' };

/** Sends one delivery and records what came of it. Never rejects. */
export async function execute(parts: ExecutorParts, admitted: Admitted, sender: Sender): Promise<Execution> {
  const { lease, delivery, webhook } = admitted;
  try {
    const payload = delivery.payload ?? (await findPayload(parts.pool, delivery.id));
    if (payload === undefined) return { kind: 'gone' };
    const assignment = { claim: lease.claim, delivery: { ...delivery, payload }, webhook };
    const execution = await deliver(sender, assignment, lease.abort.signal);
    if (execution.kind === 'attempted') await parts.record(execution);
    return execution;
  } catch (error) {
    parts.log.error('delivery.not_recorded', { deliveryId: delivery.id, error });
    return { kind: 'not_recorded' };
  }
}

/** A sender that tells when a send has taken `ms`. */
export function watched(sender: Sender, ms: number, onLate: () => void): Sender {
  return {
    ...sender,
    async send(request, limits) {
      const late = setTimeout(onLate, ms);
      try {
        return await sender.send(request, limits);
      } finally {
        clearTimeout(late);
      }
    },
  };
}
