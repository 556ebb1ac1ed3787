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
    const start: Pool['start'] = (...first) => this.#start(pool, first);
    const send: Pool['send'] = (...next) => this.#send(pool, next);
    this.pool = { query, start, send } as unknown as Pool;
  }

  open(how: How): void {
    this.how = how;
    this.#opened.resolve();
  }

  async #start(pool: Pool, first: Parameters<Pool['start']>): ReturnType<Pool['start']> {
    this.#reached.resolve();
    await this.#opened.promise;
    if (this.how === 'fails') throw gone();
    return pool.start(...first);
  }

  /** Unanswered: the answer to the commit is lost. */
  async #send(pool: Pool, next: Parameters<Pool['send']>): ReturnType<Pool['send']> {
    const isCommit = next[1].at(-1)?.text === 'commit';
    const results = await pool.send(...next);
    if (isCommit && this.how === 'unanswered') throw gone();
    return results;
  }
}

const gone = () => new Error('the database is gone');
