import { DatabaseError } from 'pg';
import { spoilsConnection } from './failure.ts';
import type { Pool, Queryable } from './pool.ts';

/**
 * An open transaction. Only `inTransaction` makes one, so what takes a `Tx` cannot write outside of
 * one.
 */
export type Tx = Queryable & { readonly [open]: true };

declare const open: unique symbol;

/**
 * For a transaction whose loss in a crash of the database harms nobody: its commit does not wait
 * for the disk.
 */
export const NOT_DURABLE = 'begin; set local synchronous_commit = off';

/**
 * Runs `work` in one transaction and commits what it did, or nothing. `begin` may start one of
 * another kind. When this rejects with a lost connection, the commit may or may not have happened:
 * report failure, never success.
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (tx: Tx) => Promise<Result>,
  begin = 'begin',
): Promise<Result> {
  const client = await pool.begin(begin);
  let broken: Error | undefined;
  const onError = (error: Error) => (broken = error);
  client.on('error', onError);
  try {
    const result = await work(client as unknown as Tx);
    const { command } = await client.query('commit');
    // If a statement failed in `work` and `work` ignored that, the server rolls back at COMMIT and
    // reports no error.
    if (command !== 'COMMIT')
      throw new Error('the transaction was rolled back: one of its statements had failed');
    return result;
  } catch (error) {
    // Only a refusal by the server leaves the connection usable, and not every refusal does. After
    // anything else (a time-out, a reset) the connection is dropped, which rolls back.
    if (error instanceof DatabaseError && !spoilsConnection(error))
      await client.query('rollback').catch((failure: Error) => (broken = failure));
    else broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
