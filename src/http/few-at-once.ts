import { Overloaded } from '../database/shared-commit.ts';

/** Each has a connection of the server for up to some seconds. */
const MOST_AT_ONCE = 2;

const MOST_WAITING = 20;

/**
 * Reads of many rows, a few at a time: the others wait, and hold no connection meanwhile, so that
 * some are left for what is posted.
 */
export class FewAtOnce {
  #free = MOST_AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  /** @throws Overloaded where too many wait already */
  async run<Result>(read: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn();
    try {
      return await read();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) throw new Overloaded();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
