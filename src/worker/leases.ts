import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import type { Claim } from '../queue/claim.ts';
import { LEASE_SECONDS } from '../queue/heartbeat.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import { Returns } from './returns.ts';

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

type LeasesParts = {
  pool: Pool;
  queue: Pick<ClaimableQueue, 'keepAlive' | 'return' | 'wake'>;
  log: Log;
};

/**
 * Often, so that little of a lease is gone when the database stops answering: it may then be away
 * for as long as possible.
 */
const EXTEND_EVERY_MS = (LEASE_SECONDS * 1000) / 10;

/**
 * Without a sign from the database for this long, others may soon own our claims. The rest of the
 * lease is for what is late: this process, and the end of a send that is aborted.
 */
const GIVE_UP_MS = LEASE_SECONDS * 1000 * 0.95;

/** Pause before claims that the database did not take back are returned again. */
const RETURN_EVERY_MS = 3000;

/** Another worker may have the claim soon: nothing of it may be sent. */
export function isStale({ confirmedAt }: LeasedClaim, now = performance.now()): boolean {
  return now - confirmedAt > GIVE_UP_MS;
}

/**
 * The claims of a worker, which stay ours for as long as they are leased here. The send of a claim
 * that we do not have any more is aborted; so is one whose claim the database has not confirmed for
 * most of the lease, be it that the database is gone or that this process was frozen.
 */
export class Leases {
  readonly #parts: LeasesParts;
  readonly #leased = new Set<LeasedClaim>();
  readonly #returns: Returns;
  readonly #timers: NodeJS.Timeout[];
  #extending = false;

  constructor(parts: LeasesParts) {
    this.#parts = parts;
    this.#returns = new Returns(parts);
    this.#timers = [
      setInterval(() => void this.#extend(), EXTEND_EVERY_MS),
      setInterval(() => void this.#returns.retry(), RETURN_EVERY_MS),
    ];
  }

  /** `askedAt` is when the claims were asked for: their lease may have begun then. */
  add(claims: Claim[], askedAt: number): LeasedClaim[] {
    const leased = claims.map((claim) => ({
      claim,
      confirmedAt: askedAt,
      abort: new AbortController(),
    }));
    for (const one of leased) this.#leased.add(one);
    // This process may have been frozen since it asked: then they are not sent.
    this.#checkStale(leased);
    return leased;
  }

  /** The claim is over. */
  end(one: LeasedClaim): void {
    this.#leased.delete(one);
  }

  /**
   * Returns claims for anybody, unspent and due after `delaySeconds`. Resolves after one try.
   * Where the database does not take them, it is tried again and again until it does, or says that
   * they are no longer ours; they are not extended meanwhile.
   */
  async return(some: LeasedClaim[], delaySeconds = 0): Promise<void> {
    if (some.length === 0) return;
    for (const one of some) this.#leased.delete(one);
    await this.#returns.returnOnce(some.map(({ claim, mark }) => ({ claim, mark, delaySeconds })));
  }

  /** The same for claims that nobody can send now: due at once, and no worker is woken. */
  async returnQuietly(some: LeasedClaim[]): Promise<void> {
    if (some.length === 0) return;
    for (const one of some) this.#leased.delete(one);
    const back = { delaySeconds: 0, quiet: true };
    await this.#returns.returnOnce(some.map(({ claim, mark }) => ({ claim, mark, ...back })));
  }

  all(): LeasedClaim[] {
    return [...this.#leased];
  }

  /**
   * Extends nothing any more, and goes on returning what is still to be returned, for up to
   * `patienceMs`.
   */
  stop(patienceMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    return this.#returns.finish(patienceMs);
  }

  async #extend(): Promise<void> {
    const { queue, log } = this.#parts;
    const mine = this.all();
    const startedAt = performance.now();
    this.#checkStale(mine);
    if (this.#extending || mine.length === 0) return;
    this.#extending = true;
    try {
      const kept = await queue.keepAlive(mine.map(({ claim }) => claim));
      for (const one of mine) one.confirmedAt = startedAt;
      // One that ended while we asked is no longer a claim to lose.
      const lost = mine.filter((one) => this.#leased.has(one) && !kept.has(one.claim));
      this.#giveUp(lost, 'claim lost');
    } catch (error) {
      log.warn('lease.touch_failed', { error });
    } finally {
      this.#extending = false;
    }
  }

  /**
   * Gives up what is stale, and looks again when more may be. Timers count in whole milliseconds,
   * so that one may be over a moment too soon.
   */
  #checkStale(leases: LeasedClaim[]): void {
    this.#giveUpStale(leases);
    this.#awaitStale(leases);
  }

  #giveUpStale(leases: LeasedClaim[]): void {
    const now = performance.now();
    const stale = leases.filter((one) => isStale(one, now));
    this.#giveUp(stale, 'no sign from the database');
  }

  /** What turns stale before the next extension is due is given up at that moment. */
  #awaitStale(leases: LeasedClaim[]): void {
    const confirmedAt = leases
      .filter(({ abort }) => !abort.signal.aborted)
      .reduce((oldest, one) => Math.min(oldest, one.confirmedAt), Infinity);
    const leftMs = confirmedAt + GIVE_UP_MS - performance.now();
    if (leftMs <= EXTEND_EVERY_MS)
      setTimeout(() => this.#checkStale(this.all()), leftMs + 1).unref();
  }

  #giveUp(leases: LeasedClaim[], reason: string): void {
    const added = leases.filter(({ abort }) => !abort.signal.aborted);
    if (added.length > 0)
      this.#parts.log.warn('lease.lost', {
        reason,
        delivery_ids: added.map(({ claim }) => claim.deliveryId),
      });
    for (const { abort } of added) abort.abort();
  }
}
