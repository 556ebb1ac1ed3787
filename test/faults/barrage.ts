import { getEventListeners } from 'node:events';
import type { Exchange, Sender } from '../../src/sending/send.ts';
import type { Target } from './hostile-endpoints.ts';

/** How many sends are under way at the same time. */
const AT_ONCE = 50;

/** Every so many sends one is given up as soon as it has begun. */
const ABORTED_EVERY = 20;

/**
 * Sends `count` times, to the targets by turns, and gives some of the sends up.
 * @returns how many ended in which way. `listening` counts abort signals that somebody still
 * listened to afterwards.
 */
export async function sendBarrage(
  sender: Sender,
  targets: Target[],
  count: number,
): Promise<Record<Exchange['kind'] | 'listening', number>> {
  const ends = { response: 0, failure: 0, aborted: 0, local: 0, listening: 0 };
  let next = 0;
  async function sendOn(): Promise<void> {
    for (let i = next++; i < count; i = next++) {
      const { url, timeoutMs } = targets[i % targets.length] as Target;
      const abort = new AbortController();
      const request = {
        url,
        headers: [['Content-Type', 'text/plain']] as [string, string][],
        body: `send ${i}`,
      };
      const sending = sender.send(request, { timeoutMs, signal: abort.signal });
      if (i % ABORTED_EVERY === 0) setTimeout(() => abort.abort(), i % 7);
      ends[(await sending).kind] += 1;
      if (getEventListeners(abort.signal, 'abort').length > 0) ends.listening += 1;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
  return ends;
}
