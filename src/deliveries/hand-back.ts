import { atMost } from '../at-most.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../log.ts';
import type { Claim } from './claim.ts';
import type { ClaimableQueue } from './queue.ts';

/** Pause between two tries of a process that ends. */
const RETRY_MS = 200;

/** Claims on their way back to the queue. */
export type HandBack = {
  /** Hands claims back. Where that fails, `retry` tries again. */
  give(claims: Claim[]): Promise<void>;
  /** Tries again with what was not handed back. */
  retry(): Promise<void>;
  /** Tries for up to `patienceMs` until all are handed back. */
  finish(patienceMs: number): Promise<void>;
};

export function createHandBack(pool: Pool, queue: ClaimableQueue, log: Log): HandBack {
  const refused = new Set<Claim>();
  const underWay = new Set<Promise<void>>();
  let trying: Promise<void> | undefined;

  async function give(claims: Claim[]): Promise<void> {
    const giving = tryOnce(claims);
    underWay.add(giving);
    await giving.finally(() => underWay.delete(giving));
  }

  async function tryOnce(claims: Claim[]): Promise<void> {
    try {
      await inTransaction(pool, (tx) => queue.giveBack(tx, claims));
      for (const claim of claims) refused.delete(claim);
    } catch (error) {
      log.warn('claim.hand_back_failed', { error });
      for (const claim of claims) refused.add(claim);
    }
  }

  /** One try at a time: a database that does not answer must not collect them. */
  function retry(): Promise<void> {
    if (refused.size === 0) return Promise.resolve();
    trying ??= give([...refused]).finally(() => (trying = undefined));
    return trying;
  }

  async function finish(patienceMs: number): Promise<void> {
    const deadline = performance.now() + patienceMs;
    const done = async () => {
      await Promise.all(underWay);
      while (refused.size > 0 && performance.now() < deadline) {
        await retry();
        if (refused.size > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    };
    await atMost(patienceMs, done());
  }

  return { give, retry, finish };
}
