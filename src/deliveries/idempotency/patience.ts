import { setTimeout as sleep } from 'node:timers/promises';
import { IdempotencyRefusal } from './refusal.ts';

/** How long a request waits in all for a key, and between two looks at it. */
export type Patience = { totalMs: number; pauseMs: number; longestPauseMs: number };

/**
 * Most transactions end within some milliseconds. The wait is a pause between transactions, so that
 * callers who wait for an application's transaction hold no connection.
 */
const PATIENCE: Patience = { totalMs: 3000, pauseMs: 5, longestPauseMs: 200 };

/**
 * Repeats `attempt` while it finds the key of its request held by another transaction.
 * @throws IdempotencyRefusal where that takes too long
 */
export async function untilFree<Result>(
  attempt: () => Promise<Result>,
  { totalMs, pauseMs, longestPauseMs }: Patience = PATIENCE,
): Promise<Exclude<Result, 'held'>> {
  const endsAt = performance.now() + totalMs;
  for (let pause = pauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const result = await attempt();
    if (result !== 'held') return result as Exclude<Result, 'held'>;
    if (performance.now() + pause > endsAt) throw new IdempotencyRefusal('idempotency_key_in_use');
    await sleep(pause);
  }
}
