import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../database/pool.ts';
import { Overloaded } from '../database/shared-commit.ts';
import { findStatus } from '../deliveries/test-delivery.ts';

/** Calls that may wait at a time. Each holds the body of its request for as long as it waits. */
const MOST_WAITING = 20;

/** An attempt may take longer than this, but nobody waits longer for it. */
const LONGEST_ATTEMPT_SECONDS = 30;

/** For what comes before and after the attempt: the claim, and the commit of what came of it. */
const AROUND_SECONDS = 5;

/** Pauses between two looks at a delivery: the longer it takes, the longer they are. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

type Waiting = { deliveryId: string; timeoutSeconds: number; isGone: () => boolean };

/**
 * Calls that wait for the end of a test delivery. They look at its row again and again, on a
 * connection that is theirs only for the look, so that waiting takes nothing from others.
 */
export class TestCalls {
  readonly #pool: Pool;
  readonly #stopping = new AbortController();
  #waiting = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Runs a call that stores a test and waits for it.
   * @throws Overloaded where too many wait already: nothing is stored then
   */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= MOST_WAITING) throw new Overloaded();
    this.#waiting += 1;
    try {
      return await call();
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * Waits until the delivery is not pending any more. It gives up when the attempt has had its time
   * (`timeoutSeconds`, of which 30 count, and 5 s more), when the client is gone, and at `stop`.
   * @returns whether the delivery has ended, or is gone.
   */
  async wait({ deliveryId, timeoutSeconds, isGone }: Waiting): Promise<boolean> {
    const seconds = Math.min(timeoutSeconds, LONGEST_ATTEMPT_SECONDS) + AROUND_SECONDS;
    const until = performance.now() + seconds * 1000;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stopping.signal.aborted && !isGone()) {
      if ((await findStatus(this.#pool, deliveryId)) !== 'pending') return true;
      const leftMs = until - performance.now();
      if (leftMs <= 0) return false;
      // Rejects where it is told to stop, which the loop sees by itself.
      const { signal } = this.#stopping;
      await sleep(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
    return false;
  }

  /** Those that wait are answered at once, and so are those that come. */
  stop(): void {
    this.#stopping.abort();
  }
}
