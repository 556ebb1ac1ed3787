import type { PoolClient } from 'pg';
import type { Pool } from '../../../src/database/pool.ts';
import type { How } from './event.ts';

/**
 * A way to the database on which transactions go as `how` says, and before the first of which it
 * can be made to wait.
 */
export class Link {
  how: How = 'works';
  /** What the modules are given. */
  readonly pool: Pool;
  /** Resolves when a transaction waits to begin. */
  readonly waiting: Promise<void>;
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  constructor(pool: Pool, { isOpen }: { isOpen: boolean }) {
    if (isOpen) this.#opened.resolve();
    this.waiting = this.#reached.promise;
    const query = (text: string, values?: unknown[]) =>
      this.how === 'works' ? pool.query(text, values) : Promise.reject(gone());
    this.pool = { query, begin: (text: string) => this.#begin(pool, text) } as unknown as Pool;
  }

  open(how: How): void {
    this.how = how;
    this.#opened.resolve();
  }

  async #begin(pool: Pool, text: string): Promise<PoolClient> {
    this.#reached.resolve();
    await this.#opened.promise;
    if (this.how === 'fails') throw gone();
    const client = await pool.begin(text);
    return this.how === 'unanswered' ? unanswered(client) : client;
  }
}

const gone = () => new Error('the database is gone');

/** The answer to its commit is lost. */
function unanswered(client: PoolClient): PoolClient {
  const query = async (text: string, values?: unknown[]) => {
    const result = await client.query(text, values);
    if (text === 'commit') throw gone();
    return result;
  };
  // The real connection is as good as before.
  return { query, on() {}, off() {}, release: () => client.release() } as unknown as PoolClient;
}
