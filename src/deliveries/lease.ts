import type { Log } from '../log.ts';
import { LEASE_SECONDS, type Claim, type ClaimableQueue } from './queue.ts';

/** A claim in work, and how to give up its send. */
export type Held = { claim: Claim; abort: AbortController };

/** Four chances to extend a lease before it is given up. */
const TOUCH_EVERY_MS = (LEASE_SECONDS * 1000) / 6;

/** Without a sign from the database for this long, others may soon own our claims. */
const GIVE_UP_MS = (LEASE_SECONDS * 1000 * 2) / 3;

/**
 * Keeps the claims in `held` ours until stopped. A send whose claim is lost is aborted; all are when the database has not
 * answered for two thirds of the lease, be it that it is gone or that this process was frozen.
 */
export function keepLeases(queue: ClaimableQueue, held: ReadonlySet<Held>, log: Log): { stop(): void } {
  let confirmedAt = performance.now();
  let touching = false;

  async function touch(): Promise<void> {
    const mine = [...held];
    const startedAt = performance.now();
    if (mine.length === 0) return void (confirmedAt = startedAt);
    if (startedAt - confirmedAt > GIVE_UP_MS) giveUp(mine, 'no sign from the database');
    if (touching) return;
    touching = true;
    try {
      const kept = await queue.keepAlive(mine.map(({ claim }) => claim));
      confirmedAt = startedAt;
      giveUp(
        mine.filter((one) => !kept.has(one.claim.jobId) && !one.abort.signal.aborted && isHeld(one)),
        'claim lost',
      );
    } catch (error) {
      log.warn('lease.touch_failed', { error });
    } finally {
      touching = false;
    }
  }

  /** A send that finished while we asked is no longer a claim to lose. */
  const isHeld = (one: Held) => held.has(one);

  function giveUp(lost: Held[], reason: string): void {
    if (lost.length === 0) return;
    log.warn('lease.lost', { reason, deliveries: lost.map(({ claim }) => claim.deliveryId) });
    for (const { abort } of lost) abort.abort();
  }

  const timer = setInterval(() => void touch(), TOUCH_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
