import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import type { Admitted } from './admission.ts';
import { deliver, type Assignment, type Attempted, type Unsent } from '../attempts/deliver.ts';
import { findPayload } from '../deliveries/sendable.ts';
import { vanishedAttempt } from '../attempts/poison.ts';
import type { Sender } from '../sending/send.ts';

export type ExecutorParts = {
  pool: Pool;
  log: Log;
  /**
   * Resolves with true when the attempt is recorded, and with false when it is found not to be ours
   * to record.
   */
  record(attempted: Attempted): Promise<boolean>;
};

/**
 * What became of a claim. `gone`: its delivery was deleted meanwhile. `not_ours`: somebody else has
 * the claim by now. `not_recorded`: the outcome could not be recorded for a reason that lasts.
 */
export type Execution = Attempted | Unsent | { kind: 'gone' | 'not_ours' | 'not_recorded' };

/** Sends one delivery and records what came of it. Never rejects. */
export async function execute(
  parts: ExecutorParts,
  admitted: Admitted,
  sender: Sender,
): Promise<Execution> {
  const assignment = await assignmentOf(parts, admitted);
  if ('kind' in assignment) return assignment;
  return recorded(parts, admitted, () => deliver(sender, assignment, admitted.lease.abort.signal));
}

/**
 * Records an isolated send whose worker vanished as the failed attempt that it was. Never rejects.
 */
export async function recordVanished(parts: ExecutorParts, admitted: Admitted): Promise<Execution> {
  const assignment = await assignmentOf(parts, admitted);
  if ('kind' in assignment) return assignment;
  return recorded(parts, admitted, () => vanishedAttempt(parts.pool, assignment));
}

/** Reads a long payload. Where that fails nothing was sent yet: the claim goes back. */
async function assignmentOf(
  { pool, log }: ExecutorParts,
  admitted: Admitted,
): Promise<Assignment | Execution> {
  const { lease, delivery, webhook } = admitted;
  try {
    const payload = delivery.payload ?? (await findPayload(pool, delivery.id));
    return payload === undefined
      ? { kind: 'gone' }
      : { claim: lease.claim, delivery: { ...delivery, payload }, webhook };
  } catch (error) {
    log.warn('payload.not_read', { delivery_id: delivery.id, error });
    return { kind: 'aborted' };
  }
}

/** Records what `attempt` makes, if it is one. Never rejects. */
async function recorded(
  { log, record }: ExecutorParts,
  { delivery }: Admitted,
  attempt: () => Promise<Attempted | Unsent>,
): Promise<Execution> {
  try {
    const outcome = await attempt();
    if (outcome.kind !== 'attempted') return outcome;
    return (await record(outcome)) ? outcome : { kind: 'not_ours' };
  } catch (error) {
    log.error('delivery.not_recorded', { delivery_id: delivery.id, error });
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
