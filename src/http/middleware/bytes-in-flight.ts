import type { ServerResponse } from 'node:http';
import { Overloaded } from '../../database/shared-commit.ts';

/**
 * The request bodies that a server holds at a time. A body is counted from before it is read until
 * its answer is sent or its connection is gone. Its operation may go on after that, as a
 * transaction that waits for its turn does; then the body is counted until the operation has ended.
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
    // Broken HTTP is answered at once, which may have closed the response already: `close` would
    // not be emitted again.
    if (response.closed || response.destroyed) return;
    this.#bytes += bytes;
    const remove = () => void (this.#bytes -= bytes);
    response.on('close', () => {
      const work = this.#work.get(response);
      if (work === undefined) remove();
      else void work.then(remove, remove);
    });
  }

  /** Counts the body of the request that `response` answers until `work` has ended. */
  during<Result>(response: ServerResponse, work: Promise<Result>): Promise<Result> {
    this.#work.set(response, work);
    return work;
  }
}
