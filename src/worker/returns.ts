import { atMost } from '../process/at-most.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import type { Claim } from '../queue/claim.ts';
import { unmarkIsolated } from '../deliveries/mark.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';

/** Pause between two tries of a process that ends. */
const RETRY_MS = 200;

/**
 * A claim on its way back, with the mark of its isolated send, if it had one. `quiet`: nobody can
 * send it now, so that nobody is woken.
 */
type Returned = {
  claim: Claim;
  mark?: string | undefined;
  delaySeconds: number;
  quiet?: boolean;
};

type ReturnsParts = { pool: Pool; queue: Pick<ClaimableQueue, 'return' | 'wake'>; log: Log };

/** Claims on their way back to the queue. Those that it did not take are kept for another try. */
export class Returns {
  readonly #parts: ReturnsParts;
  readonly #refused = new Set<Returned>();
  readonly #underWay = new Set<Promise<void>>();
  #retrying: Promise<void> | undefined;

  constructor(parts: ReturnsParts) {
    this.#parts = parts;
  }

  /** Returns claims, in one try. Where that fails, `retry` tries again. Never rejects. */
  async returnOnce(claims: Returned[]): Promise<void> {
    const returning = this.#try(claims);
    this.#underWay.add(returning);
    await returning.finally(() => this.#underWay.delete(returning));
  }

  /**
   * Tries again with what was not taken. Only one try at a time, so that tries do not pile up while
   * the database does not answer.
   */
  retry(): Promise<void> {
    if (this.#refused.size === 0) return Promise.resolve();
    this.#retrying ??= this.returnOnce([...this.#refused]).finally(
      () => (this.#retrying = undefined),
    );
    return this.#retrying;
  }

  /** Tries for up to `patienceMs` until all are returned. */
  async finish(patienceMs: number): Promise<void> {
    await atMost(patienceMs, this.#returnAllUntil(performance.now() + patienceMs));
  }

  async #returnAllUntil(deadline: number): Promise<void> {
    await Promise.all(this.#underWay);
    while (this.#refused.size > 0 && performance.now() < deadline) {
      await this.retry();
      if (this.#refused.size > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #try(claims: Returned[]): Promise<void> {
    const { pool, queue, log } = this.#parts;
    try {
      await inTransaction(pool, (tx) => returnAll(tx, queue, claims), beginFor(claims));
      for (const claim of claims) this.#refused.delete(claim);
    } catch (error) {
      log.warn('claim.hand_back_failed', { error });
      for (const claim of claims) this.#refused.add(claim);
    }
  }
}

/**
 * A return that a crash of the database undoes is a claim that runs out, so that nobody waits for
 * the disk. A mark that came back would be taken for a send that vanished.
 */
function beginFor(returned: Returned[]): string {
  return returned.some(({ mark }) => mark !== undefined) ? 'begin' : NOT_DURABLE;
}

/**
 * A mark is taken back even if another worker has the claim now: its send ended without an attempt
 * all the same.
 */
async function returnAll(
  tx: Tx,
  queue: ReturnsParts['queue'],
  returned: Returned[],
): Promise<void> {
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
  if (returned.some(({ quiet }) => !quiet)) queue.wake(tx);
}
