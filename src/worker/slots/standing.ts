/**
 * How the last sends of a webhook went, as far as this process knows. A late one answers, but takes
 * long for it. A silent one does not answer.
 */
export type Standing = 'unknown' | 'quick' | 'late' | 'silent';

/**
 * How a send ended. `answered`: a complete response came, whatever its status. `unused`: nothing
 * was learned.
 */
export type SendEnd = 'answered' | 'unanswered' | 'unused';

/** A send that takes longer than this takes long: it belongs to the slow lane. */
export const LONG_AFTER_MS = 1000;

/** Sends to a webhook of this standing belong to the slow lane from their begin. */
export function isForSlowLane(standing: Standing): boolean {
  return standing === 'late' || standing === 'silent';
}
