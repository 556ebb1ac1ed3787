import { isOutdated } from './failure.ts';
import { OpenTransaction } from './open-transaction.ts';
import type { Pool, Queryable } from './pool.ts';

/**
 * An open transaction. Only `inTransaction` makes one, so what takes a `Tx` cannot write outside of
 * one. Its statements are prepared once a session.
 */
export type Tx = Queryable & {
  /**
   * Runs a statement whose answer nobody needs before the next one, or before the commit, and
   * without a round trip of its own. Where it is refused, the transaction fails.
   */
  later(text: string, values: unknown[]): void;
  /** Has `tell` called once this transaction is committed, for what is logged and counted then. */
  afterCommit(tell: () => void): void;
  readonly [open]: true;
};

declare const open: unique symbol;

/**
 * For a transaction whose loss in a crash of the database harms nobody: its commit does not wait
 * for the disk.
 */
export const NOT_DURABLE = 'begin; set local synchronous_commit = off';

/** How often a transaction is run again, as what was prepared in its session was gone. */
const RERUNS = 2;

/**
 * Runs `work` in one transaction and commits what it did, or nothing. `begin` may start one of
 * another kind, by statements with '; ' between them. When this rejects with a lost connection, the
 * commit may or may not have happened: report failure, never success. `work` is run again where its
 * session did not have a statement that was prepared: then nothing was committed.
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (tx: Tx) => Promise<Result>,
  begin = 'begin',
): Promise<Result> {
  for (let left = RERUNS; ; left -= 1) {
    const transaction = new OpenTransaction(pool, begin);
    try {
      const result = await work(transaction as unknown as Tx);
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.abandon(error);
      if (left === 0 || !isOutdated(error)) throw error;
    }
  }
}
