import { atMost } from '../process/at-most.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import type { Claim } from '../queue/claim.ts';
import { unmarkIsolated } from '../attempts/poison.ts';
import type { ClaimableQueue } from '../queue/queue.ts';

/** Pause between two tries of a process that ends. */
const RETRY_MS = 200;

/** A claim on its way back, with the mark of its isolated send, if it had one. */
type Returned = { claim: Claim; mark?: string | undefined; delaySeconds: number };

/** Claims on their way back to the queue. */
export type Returns = {
  /** Returns claims. Where that fails, `retry` tries again. */
  give(claims: Returned[]): Promise<void>;
  /** Tries again with what was not returned. */
  retry(): Promise<void>;
  /** Tries for up to `patienceMs` until all are returned. */
  finish(patienceMs: number): Promise<void>;
};

export function createReturns(pool: Pool, queue: ClaimableQueue, log: Log): Returns {
  const refused = new Set<Returned>();
  const underWay = new Set<Promise<void>>();
  let trying: Promise<void> | undefined;

  async function give(claims: Returned[]): Promise<void> {
    const giving = tryOnce(claims);
    underWay.add(giving);
    await giving.finally(() => underWay.delete(giving));
  }

  async function tryOnce(claims: Returned[]): Promise<void> {
    try {
      await inTransaction(pool, (tx) => returnAll(tx, queue, claims));
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

/**
 * A mark is taken back whosever the claim is now: that its send ended without an attempt is a fact
 * of its own.
 */
async function returnAll(tx: Tx, queue: ClaimableQueue, returned: Returned[]): Promise<void> {
  const marked = returned.flatMap(({ claim, mark }) =>
    mark === undefined ? [] : [{ id: claim.deliveryId, mark }],
  );
  if (marked.length > 0) await unmarkIsolated(tx, marked);
  for (const [delaySeconds, some] of Map.groupBy(returned, (one) => one.delaySeconds))
    await queue.return(
      tx,
      some.map(({ claim }) => claim),
      delaySeconds,
    );
}
