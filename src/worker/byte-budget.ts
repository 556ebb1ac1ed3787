import type { Standing } from './slots/standing.ts';

/** A payload of so many bytes; null where it is long, and still to be read. */
type Payload = { payload: string | null; bytes: number };

/**
 * How far long payloads may fill the budget: those that may stay for long leave room to those
 * that are not.
 */
const SHARES = { silent: 1 / 4, unknown: 3 / 8, late: 5 / 8, quick: 3 / 4 } satisfies Record<
  Standing,
  number
>;

/**
 * How long others wait for a payload that is larger than its share, in milliseconds. It may not
 * come again.
 */
const OTHERS_WAIT_MS = 30_000;

/**
 * Bounds the bytes of payloads that a worker has in memory for its sends. Short ones (up to 32 KiB)
 * are counted and always let in, as they are bounded by the number of sends; long ones share what
 * is left.
 */
export class ByteBudget {
  readonly #limit: number;
  readonly #now: () => number;
  #short = 0;
  #long = 0;
  #othersWaitUntil = -Infinity;

  constructor(limitBytes: number, now: () => number = () => performance.now()) {
    this.#limit = limitBytes;
    this.#now = now;
  }

  /**
   * True: the bytes of a payload are taken, for a send to a webhook of this standing, and to be
   * given back.
   */
  take({ payload, bytes }: Payload, standing: Standing): boolean {
    if (payload === null) return this.takeLong(bytes, SHARES[standing]);
    this.takeShort(bytes);
    return true;
  }

  give({ payload, bytes }: Payload): void {
    if (payload === null) this.giveLong(bytes);
    else this.giveShort(bytes);
  }

  takeShort(bytes: number): void {
    this.#short += bytes;
  }

  /**
   * True: the bytes are taken, and to be given back. `share`, from 0 to 1, is the part of the whole
   * up to which this kind of send may fill the budget. What is larger than that is taken when no
   * other long payload is; once it was turned away, the others wait for it.
   */
  takeLong(bytes: number, share: number): boolean {
    const most = this.#limit * share;
    const isLarger = bytes > most;
    const fits = isLarger
      ? this.#long === 0
      : this.used() + bytes <= most && this.#now() >= this.#othersWaitUntil;
    if (isLarger) this.#othersWaitUntil = fits ? -Infinity : this.#now() + OTHERS_WAIT_MS;
    if (fits) this.#long += bytes;
    return fits;
  }

  giveShort(bytes: number): void {
    this.#short -= bytes;
  }

  giveLong(bytes: number): void {
    this.#long -= bytes;
  }

  used(): number {
    return this.#short + this.#long;
  }
}
