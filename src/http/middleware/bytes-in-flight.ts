import type { ServerResponse } from 'node:http';
import { Overloaded } from '../../database/shared-commit.ts';

/**
 * The request bodies that a server holds at a time. One is counted before it is read, and until its
 * answer is sent or its connection is gone; where somebody still works on it then, as a transaction
 * may that waits for its turn, until that has ended.
 */
export class BytesInFlight {
  readonly #limit: number;
  readonly #work = new WeakMap<ServerResponse, Promise<unknown>>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws Overloaded where the body does not fit beside the others; a smaller one may fit. */
  add(response: ServerResponse, bytes: number): void {
    if (this.#bytes + bytes > this.#limit) throw new Overloaded();
    // Broken HTTP is answered at once, and may have closed it before its turn came: nothing would
    // tell the end any more.
    if (response.closed || response.destroyed) return;
    this.#bytes += bytes;
    const remove = () => void (this.#bytes -= bytes);
    response.on('close', () => {
      const work = this.#work.get(response);
      if (work === undefined) remove();
      else void work.then(remove, remove);
    });
  }

  /** Tells that `work` goes on with the body of the request that `response` answers. */
  during<Result>(response: ServerResponse, work: Promise<Result>): Promise<Result> {
    this.#work.set(response, work);
    return work;
  }
}
