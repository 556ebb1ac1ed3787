/**
 * How the last sends of a webhook went, as far as this process knows. A slow one answers late. A
 * silent one does not answer.
 */
export type Standing = 'unknown' | 'quick' | 'slow' | 'silent';

/**
 * How a send ended. `answered`: a complete response came, whatever its status. `unused`: nothing
 * was learned.
 */
export type SendEnd = 'answered' | 'unanswered' | 'unused';

/** A send that takes longer than this is slow. */
export const SLOW_AFTER_MS = 1000;

/** A webhook of this standing is sent to in the slow lane. */
export function isSlow(standing: Standing): boolean {
  return standing === 'slow' || standing === 'silent';
}
