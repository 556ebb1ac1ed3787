import { createHash } from 'node:crypto';
import type { QueryConfig } from 'pg';

/** Most names of a process, and so of prepared statements in any of its sessions. */
const MOST_NAMES = 200;

/** Most texts that are remembered as having come once. */
const MOST_SEEN = 1000;

/** Digits of the hash: 64 bits. */
const HASH_DIGITS = 16;

/**
 * Names for statements, made of their texts, so that a session parses and plans each of them once.
 * A text has no name when it comes for the first time, nor when there are as many names as there
 * may be: a session keeps what it has prepared until it ends, so texts that vary must not pile up.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #off = false;

  /**
   * `begin` is how its transaction begins. What that sets may decide the plan, and a kept plan does
   * not look at settings: the same text has another name there.
   */
  nameOf(text: string, begin = ''): string | undefined {
    if (this.#off) return undefined;
    const whole = `${begin}\n${text}`;
    const name = this.#names.get(whole);
    return name ?? this.#nameNew(whole);
  }

  get areOff(): boolean {
    return this.#off;
  }

  /** From now on nothing has a name. @returns whether that is new. */
  turnOff(): boolean {
    const isNew = !this.#off;
    this.#off = true;
    return isNew;
  }

  #nameNew(whole: string): string | undefined {
    if (this.#names.size >= MOST_NAMES) return undefined;
    if (!this.#seen.delete(whole)) {
      if (this.#seen.size >= MOST_SEEN) this.#seen.clear();
      this.#seen.add(whole);
      return undefined;
    }
    const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_DIGITS);
    const name = `postmand_${hash}`;
    this.#names.set(whole, name);
    return name;
  }
}

const isHot = Symbol('hot');

/**
 * A read that comes all the time, to be run on a pool: its plan is kept, whatever the values are.
 * Statements in a transaction need no such word. Lists are planned for their values.
 */
export function hot(text: string, values: unknown[]): QueryConfig<unknown[]> {
  return { text, values, [isHot]: true } as QueryConfig<unknown[]>;
}

export function isHotRead(statement: unknown): statement is QueryConfig<unknown[]> {
  return typeof statement === 'object' && statement !== null && isHot in statement;
}
