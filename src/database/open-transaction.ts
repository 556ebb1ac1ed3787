import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type { Statement } from './batch.ts';
import type { LivePool } from './live-pool.ts';
import { rollBack } from './roll-back.ts';

type Begun = { client: PoolClient; results: QueryResult[] };

/**
 * A transaction that begins with its first statement: `begin` is sent with that one. What `later`
 * was told goes out with the next statement, or with the commit. Each of these takes one round
 * trip.
 */
export class OpenTransaction {
  readonly #pool: LivePool;
  readonly #begin: string;
  #later: Statement[] = [];
  readonly #told: (() => void)[] = [];
  /** The first round trip; undefined before it. */
  #begun: Promise<Begun> | undefined;

  constructor(pool: LivePool, begin: string) {
    this.#pool = pool;
    this.#begin = begin;
  }

  /**
   * Runs a statement, and before it those that were to be run later. One with options of the driver
   * is sent alone, as the driver does it. @returns its result
   */
  async query(statement: string | QueryConfig, values?: unknown[]): Promise<QueryResult> {
    if (typeof statement !== 'string') return this.#runAlone(statement, values);
    const one = { text: statement, ...(values ? { values } : {}) };
    const results = await this.#run([...this.#later.splice(0), one]);
    return results.at(-1) as QueryResult;
  }

  /** A statement whose answer nobody needs. Where it is refused, the transaction fails. */
  later(text: string, values: unknown[]): void {
    this.#later.push({ text, values });
  }

  /** Is called when the commit has happened; not where it failed, or may not have happened. */
  afterCommit(tell: () => void): void {
    this.#told.push(tell);
  }

  /** @throws where a statement before it was refused: then nothing was committed */
  async commit(): Promise<void> {
    if (this.#begun === undefined && this.#later.length === 0) return;
    const last = this.#later.splice(0);
    // Whether a commit has happened is not known when the connection is lost: it is never sent
    // with what may be run again on another connection.
    if (this.#begun === undefined) await this.#run(last.splice(0));
    const results = await this.#run([...last, { text: 'commit' }]);
    // If a statement failed and its caller ignored that, the server rolls back at COMMIT and
    // reports no error.
    if (results.at(-1)?.command !== 'COMMIT')
      throw new Error('the transaction was rolled back: one of its statements had failed');
    (await this.#begun)?.client.release();
    for (const tell of this.#told) tell();
  }

  /** Rolls back. `reason`: why the transaction fails. */
  async abandon(reason: unknown): Promise<void> {
    const begun = await this.#begun?.catch(() => undefined);
    if (begun !== undefined) await rollBack(begun.client, reason);
  }

  async #runAlone(statement: QueryConfig, values?: unknown[]): Promise<QueryResult> {
    await this.#run(this.#later.splice(0));
    const begun = await this.#begun;
    return (begun as Begun).client.query(statement, values);
  }

  async #run(statements: Statement[]): Promise<QueryResult[]> {
    if (this.#begun === undefined) {
      this.#begun = this.#pool.start(this.#begin, statements);
      return (await this.#begun).results;
    }
    const { client } = await this.#begun;
    return this.#pool.send(client, statements, this.#begin);
  }
}
