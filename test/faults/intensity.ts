import { createHash } from 'node:crypto';

/** The long form has more traffic, repeats its faults, and waits for real leases. */
export const LONG = process.env['POSTMAND_TEST_FAULTS'] === 'long';

/** A size that depends on the form. */
export const sized = (short: number, long: number): number => (LONG ? long : short);

/** How often a fault is injected within one test. */
export const ROUNDS = sized(1, 4);

/**
 * One seed for a whole run: the global set-up chooses it where nobody did, and test files inherit
 * it.
 */
export const SEED = Number(process.env['POSTMAND_TEST_SEED'] ?? 1);

export type Chance = {
  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number;
  pick<Value>(values: readonly Value[]): Value;
  /** A pause of a random length, so that a fault does not always hit the same moment. */
  pause(minMs: number, maxMs: number): Promise<void>;
};

/** Random numbers that `SEED` repeats. `name` keeps the users of one seed apart. */
export function chanceOf(name: string): Chance {
  const next = mulberry32(createHash('sha256').update(`${SEED} ${name}`).digest().readInt32LE());
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    between,
    pick: (values) => values[between(0, values.length - 1)] as (typeof values)[number],
    pause: (minMs, maxMs) => new Promise((resolve) => setTimeout(resolve, between(minMs, maxMs))),
  };
}

/** A small generator of known quality: https://github.com/cprosche/mulberry32 */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
