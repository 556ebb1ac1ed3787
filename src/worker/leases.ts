import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import type { Claim } from '../queue/claim.ts';
import { createReturns } from './returns.ts';
import { LEASE_SECONDS } from '../queue/heartbeat.ts';
import type { ClaimableQueue } from '../queue/queue.ts';

/**
 * A claim that this worker has, when the database last said so (`performance.now()`), and how to
 * give up its send.
 */
export type LeasedClaim = {
  claim: Claim;
  confirmedAt: number;
  abort: AbortController;
  /** The mark of its isolated send. It is taken back together with the claim. */
  mark?: string;
};

/** The claims of a worker. They stay ours for as long as they are leased here. */
export type Leases = {
  /** `askedAt` is when the claims were asked for: their lease may have begun then. */
  hold(claims: Claim[], askedAt: number): LeasedClaim[];
  /** The claim is over. */
  drop(one: LeasedClaim): void;
  /**
   * Returns claims for anybody, unspent and due after `delaySeconds`. Resolves after one try.
   * Where the database does not take them, it is tried again and again until it does, or says that
   * they are no longer ours; they are not extended meanwhile.
   */
  return(some: LeasedClaim[], delaySeconds?: number): Promise<void>;
  all(): LeasedClaim[];
  /**
   * Extends nothing any more, and goes on returning what is still to be returned, for up to
   * `patienceMs`.
   */
  stop(patienceMs: number): Promise<void>;
};

/** Several chances to extend a lease before it is given up. */
const TOUCH_EVERY_MS = (LEASE_SECONDS * 1000) / 6;

/** Without a sign from the database for this long, others may soon own our claims. */
const GIVE_UP_MS = (LEASE_SECONDS * 1000 * 2) / 3;

/**
 * Keeps claims ours. A send whose claim is lost is aborted; so is one whose claim the database has
 * not confirmed for two thirds of the lease, be it that it is gone or that this process was frozen.
 */
export function createLeases(pool: Pool, queue: ClaimableQueue, log: Log): Leases {
  const leased = new Set<LeasedClaim>();
  let touching = false;
  const returns = createReturns(pool, queue, log);
  const timer = setInterval(() => {
    void extend();
    void returns.retry();
  }, TOUCH_EVERY_MS);

  async function extend(): Promise<void> {
    const mine = [...leased];
    const startedAt = performance.now();
    giveUpStale(mine);
    if (touching || mine.length === 0) return;
    touching = true;
    try {
      const kept = await queue.keepAlive(mine.map(({ claim }) => claim));
      for (const one of mine) one.confirmedAt = startedAt;
      // One that ended while we asked is no longer a claim to lose.
      giveUp(
        mine.filter((one) => leased.has(one) && !kept.has(one.claim)),
        'claim lost',
      );
    } catch (error) {
      log.warn('lease.touch_failed', { error });
    } finally {
      touching = false;
    }
  }

  function giveUpStale(claims: LeasedClaim[]): void {
    const now = performance.now();
    giveUp(
      claims.filter(({ confirmedAt }) => now - confirmedAt > GIVE_UP_MS),
      'no sign from the database',
    );
  }

  function giveUp(claims: LeasedClaim[], reason: string): void {
    const lost = claims.filter(({ abort }) => !abort.signal.aborted);
    if (lost.length > 0)
      log.warn('lease.lost', { reason, delivery_ids: lost.map(({ claim }) => claim.deliveryId) });
    for (const { abort } of lost) abort.abort();
  }

  return {
    hold(claims, askedAt) {
      const taken = claims.map((claim) => ({
        claim,
        confirmedAt: askedAt,
        abort: new AbortController(),
      }));
      for (const one of taken) leased.add(one);
      // This process may have been frozen since it asked: then they are not sent.
      giveUpStale(taken);
      return taken;
    },
    drop: (one) => void leased.delete(one),
    async return(some, delaySeconds = 0) {
      if (some.length === 0) return;
      for (const one of some) leased.delete(one);
      await returns.give(some.map(({ claim, mark }) => ({ claim, mark, delaySeconds })));
    },
    all: () => [...leased],
    stop(patienceMs) {
      clearInterval(timer);
      return returns.finish(patienceMs);
    },
  };
}
